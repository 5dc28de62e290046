"""Event streams of servers that are not ours: each sends the lines of a file as events, and resumes by their numbers.

    python foreign_servers.py starlette|aiohttp|gunicorn PORT FILE

When there is a file FILE.end, a reader that comes again is answered 204.
"""
import asyncio
import os
import sys
import time

RETRY = 300


def is_over(path):
    return os.path.exists(path + ".end")


def lines_after(path, last_event_id):
    """Numbers and lines beyond an id, as far as there are any."""
    last = int(last_event_id or 0)
    with open(path, encoding="utf-8") as file:
        return [(number, line.rstrip("\n")) for number, line in enumerate(file, 1) if number > last]


async def follow(path, last_event_id):
    while True:
        for last_event_id, line in lines_after(path, last_event_id):
            yield last_event_id, line
        await asyncio.sleep(0.02)


def starlette(port, path):
    import uvicorn
    from sse_starlette.sse import EventSourceResponse
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    async def events(request):
        if is_over(path):
            return Response(status_code=204)

        async def stream():
            async for number, line in follow(path, request.headers.get("last-event-id")):
                yield {"event": "notice", "data": line, "id": str(number), "retry": RETRY}

        return EventSourceResponse(stream(), ping=1)

    uvicorn.run(Starlette(routes=[Route("/events", events)]), port=port, log_level="warning")


def aiohttp(port, path):
    from aiohttp import web
    from aiohttp_sse import sse_response

    async def events(request):
        if is_over(path):
            return web.Response(status=204)
        async with sse_response(request) as response:
            async for number, line in follow(path, request.headers.get("Last-Event-ID")):
                await response.send(line, id=str(number), event="notice", retry=RETRY)
        return response

    application = web.Application()
    application.router.add_get("/events", events)
    web.run_app(application, host="127.0.0.1", port=port, print=None)


def flask_application(path):
    """As the tutorial of many has it."""
    from flask import Flask, Response, request

    application = Flask(__name__)

    @application.get("/events")
    def events():
        if is_over(path):
            return "", 204
        last = request.headers.get("Last-Event-ID")

        def stream(last):
            while True:
                for last, line in lines_after(path, last):
                    yield f"event: notice\ndata: {line}\nid: {last}\nretry: {RETRY}\n\n"
                time.sleep(0.02)

        return Response(stream(last), mimetype="text/event-stream")

    return application


def gunicorn(port, path):
    os.execv(sys.executable, [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8",
        "--log-level", "error", f"foreign_servers:flask_application({path!r})"])


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    {"starlette": starlette, "aiohttp": aiohttp, "gunicorn": gunicorn}[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
