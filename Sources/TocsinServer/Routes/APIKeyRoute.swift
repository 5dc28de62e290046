import HTTPTypes
import Hummingbird
import Tocsin
import TocsinAccess

/// `GET` and `POST /keys`, `DELETE /keys/{name}`.
struct APIKeyRoute: Sendable {
    let authenticator: Authenticator?
    let bodies: BodyBudget

    private func keys(_ permit: Permit) throws(Problem) -> APIKeys {
        try permit.checkAdmin()
        guard let keys = authenticator?.apiKeys else { throw .noAccessRules }
        return keys
    }

    /// Lists them, without the keys themselves, which nobody knows.
    func get(_ permit: Permit) throws(Problem) -> Response {
        let keys = try keys(permit).list
        var body = JSONWriter()
        body.object { body in
            body.name("keys")
            body.array { body in
                for key in keys { write(key, into: &body) }
            }
        }
        return .json(with: body)
    }

    private func write(_ key: APIKeys.Key, into body: inout JSONWriter) {
        body.object { body in
            body.name("name")
            body.string(key.name.string)
            body.name("publish")
            body.array { body in
                for permission in key.publish { body.string(permission.description) }
            }
            body.name("createdAt")
            body.string(key.createdAt.rfc3339)
            body.name("lastUsedAt")
            if let lastUsedAt = key.lastUsedAt { body.string(lastUsedAt.rfc3339) } else { body.null() }
        }
    }

    /// Makes one, and tells it this once.
    func post(_ request: Request, _ permit: Permit, _ audit: RequestAudit) async throws(Problem) -> Response {
        let keys = try keys(permit)
        let asked = try await bodies.withJSON(of: request) { body throws(Problem) in try APIKeyRequest(body: body) }
        // A body may take its time to arrive.
        try permit.check(by: authenticator)
        let key = try await audit.recording { _ in
            [.addKey(asked.name, publish: asked.publish)]
        } of: { () throws(Problem) in
            do throws(APIKeyError) {
                return try await keys.add(asked.name, publish: asked.publish)
            } catch {
                throw Problem(error)
            }
        }
        var body = JSONWriter()
        body.object { body in
            body.name("name")
            body.string(asked.name.string)
            body.name("key")
            body.string(key)
        }
        return .json(
            .created,
            headers: [.location: "/keys/\(asked.name.string.percentEncoded)"],
            with: body)
    }

    func delete(_ text: String, _ permit: Permit, _ audit: RequestAudit) async throws(Problem) -> Response {
        let keys = try keys(permit)
        let name = try Name(text, of: "the name in the path")
        try await audit.recording { (_: Void?) in
            [.removeKey(name)]
        } of: { () throws(Problem) in
            guard keys.remove(name) else { throw .unknownAPIKey(name) }
        }
        do throws(JournalError) {
            try await keys.saveRemovals()
        } catch {
            throw .heldOnly(error)
        }
        return Response(status: .noContent)
    }
}

extension Problem {
    fileprivate init(_ error: APIKeyError) {
        switch error {
        case .taken: self.init(.keyExists, "\(error)")
        case .tooMany: self.init(.tooManyRecords, "\(error)")
        case .noPermission: self.init(.empty, "\(error)", at: JSONPointer("publish"))
        case .journal(let error): self = .notKept(error)
        }
    }
}
