import Hummingbird
import Tocsin
import TocsinAccess

/// `POST /revocations`.
struct RevocationRoute: Sendable {
    let hub: Hub
    let authenticator: Authenticator?
    let bodies: BodyBudget

    /// Revokes tokens, durably, and ends the streams that were opened with them.
    func post(_ request: Request, _ permit: Permit, _ audit: RequestAudit) async throws(Problem) -> Response {
        try permit.checkAdmin()
        guard let revocations = authenticator?.revocations else { throw .noAccessRules }
        let asked = try await bodies.withJSON(of: request) { body throws(Problem) in try RevocationRequest(body: body) }
        // A body may take its time to arrive.
        try permit.check(by: authenticator)
        try await audit.recording { (_: Void?) in
            [.revoke(asked.target, until: asked.until)]
        } of: { () throws(Problem) in
            do throws(RevocationError) {
                try revocations.revoke(asked.target, until: asked.until)
            } catch {
                throw Problem(error)
            }
        }
        // Before the disk is waited for, which may be full, or hang.
        await hub.endStreams { pass in
            (pass.holder as? Holder).map(revocations.isRevoked) ?? false
        }
        do throws(JournalError) {
            try await revocations.save()
        } catch {
            throw .notKeptYet(error)
        }
        return Response(status: .noContent)
    }
}

extension Problem {
    fileprivate init(_ error: RevocationError) {
        switch error {
        case .tooMany: self.init(.tooManyRecords, "\(error)")
        case .over: self.init(.outOfRange, "\(error)", at: JSONPointer("until"))
        }
    }
}
