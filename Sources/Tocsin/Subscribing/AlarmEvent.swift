/// What a listener is told.
public enum AlarmEvent: Sendable {
    /// An alarm that concerns it.
    case alarm(DeliveredAlarm)
    /// An alarm that it may have seen, the one with the first id, was withdrawn; the second is the id of this event itself.
    case withdrawn(AlarmID, id: AlarmID)
    /// It could not go on from where it wanted to start, or from where it was, since the past is not there any more. What comes
    /// next is what was published after `head`: read the present state of things anew.
    case reset(ResetReason, head: AlarmID)
    /// A newer stream of the same client, or of a user with too many, took its place. This is the last event.
    case replaced

    init(_ entry: Entry, variant: Int) {
        if let target = entry.withdraws {
            self = .withdrawn(target, id: entry.id)
        } else {
            self = .alarm(DeliveredAlarm(entry: entry, variant: variant))
        }
    }

    /// From where a stream goes on that has seen this; `nil` for ``replaced``.
    public var id: AlarmID? {
        switch self {
        case .alarm(let alarm): alarm.id
        case .withdrawn(_, let id): id
        case .reset(_, let head): head
        case .replaced: nil
        }
    }
}
