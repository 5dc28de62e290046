import Tocsin
import TocsinAccess

/// The body of `POST /keys`: `{"name": …, "publish": […]}`.
struct APIKeyRequest: Hashable, Sendable {
    static let maximumPermissions = 1000

    let name: Name
    /// At least one.
    let publish: [Permission]

    init(body: [UInt8]) throws(Problem) {
        var name: Name?
        var publish: [Permission]?
        try JSONReader.members(of: body, what: "an API key", known: ["name", "publish"]) { member, json in
            switch member {
            case "name": name = try json.name(at: { JSONPointer(member) })
            default: publish = try Self.permissions(&json, at: JSONPointer(member))
            }
        }
        guard let name else { throw .missingField("name", of: "an API key") }
        guard let publish else { throw .missingField("publish", of: "an API key") }
        self.name = name
        self.publish = publish
    }

    private static func permissions(_ json: inout JSONReader, at pointer: JSONPointer) throws -> [Permission] {
        guard try json.nextKind() == .array else {
            throw Problem.wrongType(at: pointer, expected: "an array of strings")
        }
        try json.enter()
        var permissions: [Permission] = []
        while try json.nextElement() {
            let place = JSONPointer.root.prefixed(by: permissions.count).prefixed(by: pointer)
            guard permissions.count < maximumPermissions else {
                throw Problem.outOfRange(at: pointer, 1...maximumPermissions, unit: "permissions")
            }
            guard try json.nextKind() == .string else { throw Problem.wrongType(at: place, expected: "a string") }
            let text = try json.text(of: try json.string())
            do throws(InvalidPermission) {
                permissions.append(try Permission(text))
            } catch {
                throw Problem.badPermission(at: place, error)
            }
        }
        guard !permissions.isEmpty else { throw Problem.empty(at: pointer, expected: "permission") }
        return permissions
    }
}
