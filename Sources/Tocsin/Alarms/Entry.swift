/// An entry of the journal: an alarm that was committed, or the withdrawal of one.
///
/// A class, since one entry is referred to from every event loop and copied nowhere.
public final class Entry: Sendable {
    /// Grows from entry to entry.
    public let id: AlarmID
    /// When it was committed.
    public let publishedAt: Timestamp
    /// As it was published; for a withdrawal what its readers are told.
    public let alarm: Alarm
    /// The alarm that this entry withdraws; `nil` for an alarm.
    public let withdraws: AlarmID?
    /// Each address once.
    package let addresses: [Address]
    /// See ``Alarm/estimatedSize``.
    package let estimatedSize: Int

    package init(id: AlarmID, publishedAt: Timestamp, alarm: Alarm, withdraws: AlarmID? = nil) {
        self.id = id
        self.publishedAt = publishedAt
        var alarm = alarm
        // Windows and pages would hold it for nothing.
        alarm.keyScope = nil
        self.alarm = alarm
        self.withdraws = withdraws
        self.addresses = alarm.audience.addresses
        self.estimatedSize = alarm.estimatedSize
    }

    /// The entry that withdraws `target`, which was published to `audience`.
    package convenience init(id: AlarmID, publishedAt: Timestamp, withdrawing target: AlarmID, from audience: Audience)
    {
        let alarm = Alarm(audience: audience, event: .withdrawn, data: .withdrawal(of: target))
        self.init(id: id, publishedAt: publishedAt, alarm: alarm, withdraws: target)
    }

    /// When its time to live is over; `nil` where it has none.
    public var expiresAt: Timestamp? {
        alarm.ttl.map(publishedAt.advanced(bySeconds:))
    }

    /// Whether its time to live is over at `now`: exactly at ``expiresAt`` it is.
    package func isExpired(at now: Timestamp) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt <= now
    }
}

extension Content {
    /// What readers of a withdrawn alarm are told.
    static func withdrawal(of target: AlarmID) -> Content {
        .json(#"{"id":"\#(target)"}"#)
    }
}
