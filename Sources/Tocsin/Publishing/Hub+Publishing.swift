extension Hub {
    /// Publishes an alarm: whoever it concerns gets it, now or on coming back.
    ///
    /// It goes on when the Task is cancelled. Publishing waits for the journal, which commits at once what has come together
    /// meanwhile: many Tasks that publish are much faster than one after another.
    ///
    /// - Returns: its id, once it is durable.
    /// - Throws: ``PublishError``.
    @discardableResult
    public func publish(_ alarm: Alarm) async throws(PublishError) -> Publication {
        try await publish([alarm])[0]
    }

    /// Publishes some alarms, all or none, in their order.
    ///
    /// - Returns: for each of them its id, once all are durable.
    /// - Throws: ``PublishError``.
    @discardableResult
    public func publish(_ alarms: [Alarm]) async throws(PublishError) -> [Publication] {
        guard !alarms.isEmpty else { return [] }
        switch try await publisher.publish(.publish(alarms)) {
        case .published(let publications) where publications.count == alarms.count: return publications
        case .failed(let reason): throw .unavailable(reason)
        case .published, .withdrawn, .notFound, .notWithdrawable:
            throw .outcomeUnknown("the journal gave no answer")
        }
    }

    /// Withdraws an alarm: who comes back does not get it any more, and who may have seen it is told
    /// ``AlarmEvent/withdrawn(_:id:)``.
    ///
    /// - Throws: ``PublishError``.
    @discardableResult
    public func withdraw(_ id: AlarmID) async throws(PublishError) -> Withdrawal {
        switch try await publisher.publish(.withdraw(id)) {
        case .withdrawn(let publication): return .withdrawn(publication)
        case .notFound: return .notFound
        case .notWithdrawable: return .notWithdrawable
        case .failed(let reason): throw .unavailable(reason)
        case .published: throw .outcomeUnknown("the journal gave no answer")
        }
    }
}

/// What became of a withdrawal.
public enum Withdrawal: Hashable, Sendable {
    /// With the id of the entry that tells of it, which is not new when the alarm was withdrawn before.
    case withdrawn(Publication)
    /// The id is unknown, or its alarm has expired.
    case notFound
    /// The id is that of a withdrawal.
    case notWithdrawable
}
