import Tocsin

/// Writes down what one request does, before it is answered; nothing where there is no audit log.
struct RequestAudit: Sendable {
    let log: AuditLog?
    let request: ObservedRequest

    /// Does what is to be written down, which then is: once it is done, and also where nobody knows whether it was.
    ///
    /// - Parameters:
    ///   - actions: what it was, given what came of it; `nil` where nobody knows.
    ///   - work: does it.
    func recording<Value: Sendable>(
        _ actions: (Value?) -> [AuditAction], of work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        guard let log else { return try await work() }
        let value: Value
        do throws(Problem) {
            value = try await work()
        } catch {
            if error.kind == .outcomeUnknown { await log.record(actions(nil), areKnown: false, of: request) }
            throw error
        }
        await log.record(actions(value), areKnown: true, of: request)
        return value
    }
}
