/// How an HTTP/2 connection comes to its end: no new streams, the open ones finish, then it closes (RFC 9113 6.8).
///
/// It decides and returns what to do; ``HTTP2ConnectionHandler`` does it.
struct HTTP2ConnectionStateMachine {
    private enum State {
        case serving
        /// The peer was told to open no more streams; what it opened before it heard of it is still taken.
        case leaving
        /// It was told which streams were taken.
        case finishing
        case closing
    }

    private var state = State.serving
    private(set) var openStreams = 0
    /// The newest that was opened.
    private(set) var lastStream = 0

    mutating func streamOpened(_ stream: Int) {
        openStreams += 1
        lastStream = max(lastStream, stream)
    }

    /// - Returns: whether to close.
    mutating func streamClosed() -> Bool {
        openStreams -= 1
        return closesNow()
    }

    /// - Returns: whether to say so to the peer.
    mutating func leave() -> Bool {
        guard state == .serving else { return false }
        state = .leaving
        return true
    }

    enum HeardAction: Equatable {
        case none
        /// Tell the peer which streams were taken.
        case tellLastStream
        case close
    }

    /// The peer has heard of it, or had time enough to.
    mutating func peerHeard() -> HeardAction {
        guard state == .leaving else { return .none }
        state = .finishing
        return closesNow() ? .close : .tellLastStream
    }

    private mutating func closesNow() -> Bool {
        guard state == .finishing, openStreams == 0 else { return false }
        state = .closing
        return true
    }

    /// Whether a request is being waited for.
    var isIdle: Bool { state == .serving && openStreams == 0 }
}
