"""The description of an HTTP interface (OpenAPI 3.1), and whether answers are as it says. With openapi-spec-validator."""
import json
import re

import jsonschema
import openapi_spec_validator
import referencing
import yaml
from referencing.jsonschema import DRAFT202012

from harness import Failure

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")


def pattern(validator, expression, instance, schema):
    """`pattern` as ECMA-262 has it: there `$` is the end, and not also before a last line break."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", expression), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {expression!r}")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": pattern})


class Description:
    """A document; places in it are JSON pointers."""

    def __init__(self, text):
        self.document = yaml.safe_load(text)
        openapi_spec_validator.validate(self.document)
        self.schemas = self.validators(self.document)
        # For answers: there is nothing in them that is not described.
        closed = yaml.safe_load(text)
        for schema in closed["components"]["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        self.closed = self.validators(closed)

    @staticmethod
    def validators(document):
        """Makes the validator of the schema at a place."""
        resource = referencing.Resource(contents=document, specification=DRAFT202012)
        registry = referencing.Registry().with_resource("urn:interface", resource)
        return lambda place: Validator(
            {"$ref": f"urn:interface#{place}"}, registry=registry, format_checker=jsonschema.FormatChecker())

    def value(self, place):
        value = self.document
        for step in place.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            value = value[int(step) if isinstance(value, list) else step]
        return value

    def follow(self, place, *steps):
        """The place behind all references that is reached from another by steps."""
        for step in steps:
            place = f"{place}/{str(step).replace('~', '~0').replace('/', '~1')}"
            while isinstance(value := self.value(place), dict) and set(value) == {"$ref"}:
                place = value["$ref"].removeprefix("#")
        return place

    def paths(self):
        """Each path and its item."""
        return {path: self.value(self.follow("", "paths", path)) for path in self.document["paths"]}

    def operations(self):
        """Method in upper case, path, and the operation."""
        for path, item in self.paths().items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def statuses(self):
        return {(method, path, int(status)) for method, path, operation in self.operations()
                for status in operation["responses"]}

    def parameter(self, path, name):
        """The validator of a parameter that all methods of a path share."""
        for number in range(len(self.value(self.follow("", "paths", path, "parameters")))):
            place = self.follow("", "paths", path, "parameters", number)
            if self.value(place)["name"] == name:
                return self.schemas(f"{place}/schema")
        raise Failure(f"{path} has no parameter {name}")

    def check(self, method, path, status, fields, body):
        """Fails where an answer is not as its operation says; gives back the type of its problem, if it is one."""
        if str(status) not in self.value(self.follow("", "paths", path, method.lower(), "responses")):
            raise Failure(f"{method} {path} was answered {status}, which is not described: {body[:300]}")
        place = self.follow("", "paths", path, method.lower(), "responses", status)
        like = self.follow("", "paths", path, "get", "responses", status) if method == "HEAD" else place
        return self.check_response(place, fields, body, like)

    def check_response(self, place, fields, body, like=None):
        """`like` is the response whose media type it has: for HEAD that of GET."""
        response = self.value(place)
        for name in response.get("headers", {}):
            self.check_field(self.follow(place, "headers", name), name, fields.get(name.lower()))
        media_type, content = fields.get("content-type", "").partition(";")[0], response.get("content", {})
        allowed = self.value(like or place).get("content", {})
        if (media_type or allowed) and media_type not in allowed:
            raise Failure(f"{place}: the media type is {media_type!r} instead of {list(allowed)}")
        if not content:
            if body:
                raise Failure(f"{place}: there is a body: {body[:300]}")
            return None
        value = json.loads(body) if media_type.endswith("json") else body.decode("utf-8")
        for error in self.closed(self.follow(place, "content", media_type) + "/schema").iter_errors(value):
            raise Failure(f"{place}: {error.json_path}: {error.message}: {body[:300]}")
        return value["type"] if media_type == "application/problem+json" else None

    def check_field(self, place, name, value):
        if value is None and self.value(place).get("required"):
            raise Failure(f"{place}: there is no field {name}")
        if value is not None:
            for error in self.schemas(f"{place}/schema").iter_errors(value):
                raise Failure(f"{place}: the field {name} is {value!r}: {error.message}")
