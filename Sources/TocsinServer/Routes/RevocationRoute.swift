import Hummingbird
import NIOConcurrencyHelpers
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
            // Before the audit log and the journal are waited for, whose disks may be full, or hang.
            let last = await hub.endStreams(revokedBy: revocations)
            if let until = asked.until, let last, last > until { revocations.extend(asked.target, until: last) }
        }
        do throws(JournalError) {
            try await revocations.save()
        } catch {
            throw .heldOnly(error)
        }
        return Response(status: .noContent)
    }
}

extension Hub {
    /// Ends the streams whose tokens were revoked.
    ///
    /// - Returns: when the last of their tokens expires; `nil` where there was none.
    fileprivate func endStreams(revokedBy revocations: Revocations) async -> Timestamp? {
        let last = NIOLockedValueBox<Timestamp?>(nil)
        await endStreams { pass in
            guard let holder = pass.holder as? Holder, revocations.isRevoked(holder) else { return false }
            if let expiresAt = pass.expiresAt {
                last.withLockedValue { $0 = max($0 ?? expiresAt, expiresAt) }
            }
            return true
        }
        return last.withLockedValue(\.self)
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
