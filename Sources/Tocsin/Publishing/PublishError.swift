/// Why an alarm was not, or perhaps not, published.
public enum PublishError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Too much waits already, or it waited too long. Nothing was stored.
    case overloaded
    /// The hub is ending, or has ended. Nothing was stored.
    case closing
    /// The journal says why. Nothing was stored.
    case unavailable(String)
    /// Nobody knows whether it was stored: the same with the same key finds out.
    case outcomeUnknown(String)

    public var description: String {
        switch self {
        case .overloaded: "too much waits to be stored; nothing of this was, publish it again later"
        case .closing: "the hub is ending; nothing of this was stored"
        case .unavailable(let reason): "nothing of this was stored: \(reason)"
        case .outcomeUnknown(let reason): "perhaps this was stored, publish it again with the same key: \(reason)"
        }
    }
}
