/// Where a stream of alarms starts.
public struct StartingPoint: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        case now
        case earliest
        case after(String)
    }

    let value: Value

    /// With what is published from now on; alarms that were published just before, and have not come to all event loops yet,
    /// can be among it.
    public static let now = StartingPoint(value: .now)

    /// With the oldest alarm that is kept.
    public static let earliest = StartingPoint(value: .earliest)

    /// After an alarm, or a position: with what was published since.
    ///
    /// Where that cannot be, since the id is of another journal or something after it is no longer kept, the stream tells it
    /// first, as ``AlarmEvent/reset(_:head:)``, and goes on from there.
    public static func after(_ id: AlarmID) -> StartingPoint {
        StartingPoint(value: .after(id.description))
    }

    /// As a browser asks that comes back.
    ///
    /// - Parameter lastEventID: of the request's `Last-Event-ID` field. Nothing, or an empty text, is ``now``; what is no id
    ///   at all is told like an unknown one. Answer a browser that sends ``replaced`` with 204 instead of a stream, or it comes
    ///   back again and again.
    public static func lastEventID(_ lastEventID: String?) -> StartingPoint {
        switch lastEventID {
        case nil, "": now
        case Block.earliestID: earliest
        case .some(let text): StartingPoint(value: .after(text))
        }
    }

    /// The last event ID of a browser whose stream was replaced; see ``AlarmEvent/replaced``.
    public static let replaced = Block.replacedID
}
