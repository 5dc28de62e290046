/// Why a stream was not opened.
public enum SubscribeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There are as many as the hub's configuration allows.
    case tooManyStreams
    /// The hub is ending, or has ended.
    case closing
    /// The journal could not tell where it starts; it says why.
    case unavailable(String)

    public var description: String {
        switch self {
        case .tooManyStreams: "there are too many streams; end some, or raise maximumConnections"
        case .closing: "the hub is ending"
        case .unavailable(let reason): "the journal cannot tell where the stream starts: \(reason)"
        }
    }
}
