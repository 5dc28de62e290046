/// What an HTTP/1.1 connection is doing: serving requests, one after another, until one of them becomes a stream.
///
/// It decides and returns what to do; ``HTTP1ConnectionHandler`` does it. A request for a stream is held back until the
/// answers before it are complete, and so is an answer to bytes that are no HTTP.
struct HTTP1ConnectionStateMachine {
    enum Failure: Equatable, Sendable {
        case badRequest
        case headTooLarge
    }

    private enum State: Equatable {
        /// Requests go to the router.
        case routing
        /// The head of a request for a stream has come, its end has not.
        case readingStreamRequest
        /// It has come whole, but answers before it are not complete.
        case awaitingTurn
        /// Whether there will be a stream is being decided.
        case deciding
        case streaming
        /// What has come is not HTTP; answers before it are not complete.
        case failed(Failure)
        /// The last answer is written, or being written: nothing is read any more.
        case closing
    }

    private var state = State.routing
    /// Requests given to the router whose answers are not complete.
    private var outstanding = 0
    /// Whether the router has the head of a request whose end it does not have.
    private(set) var isReceiving = false
    private var closesAfterAnswers = false
    /// Whether the request being received waits to be told that its body is wanted.
    private var owesContinue = false

    enum HeadAction: Equatable {
        /// Give it, and the rest of the request, to the router.
        case forward
        /// Keep it: the request is for a stream.
        case keep
        /// It comes while another one is held back: queue it.
        case queue
        case drop
    }

    mutating func receivedHead(isStreamRequest: Bool, isKeepAlive: Bool) -> HeadAction {
        switch state {
        case .routing:
            guard !closesAfterAnswers else { return .drop }
            if isStreamRequest {
                state = .readingStreamRequest
                return .keep
            }
            outstanding += 1
            isReceiving = true
            owesContinue = false
            if !isKeepAlive { closesAfterAnswers = true }
            return .forward
        case .readingStreamRequest, .awaitingTurn, .deciding:
            return .queue
        case .streaming, .failed, .closing:
            return .drop
        }
    }

    /// The request whose head was just given to the router asks whether its body is wanted (RFC 9110 10.1.1).
    ///
    /// - Returns: whether to say so now; if not, ``answered()`` says when: nothing may come into the answers before it.
    mutating func expectsContinue() -> Bool {
        owesContinue = isReceiving && outstanding > 1
        return isReceiving && outstanding == 1
    }

    /// The request whose head was just given to the router has a body that nobody asks for: the connection ends with the
    /// answer, since what would follow it cannot be told from that body.
    mutating func unwantedBody() {
        closesAfterAnswers = true
    }

    enum PartAction: Equatable {
        case forward
        /// The request for a stream is here and it is its turn.
        case decide
        case queue
        case drop
    }

    /// A part of a request's body.
    func receivedBody() -> PartAction {
        switch state {
        case .routing: isReceiving ? .forward : .drop
        case .readingStreamRequest: .drop
        case .awaitingTurn, .deciding: .queue
        case .streaming, .failed, .closing: .drop
        }
    }

    mutating func receivedEnd() -> PartAction {
        switch state {
        case .routing:
            guard isReceiving else { return .drop }
            isReceiving = false
            owesContinue = false
            return .forward
        case .readingStreamRequest:
            state = outstanding > 0 ? .awaitingTurn : .deciding
            return outstanding > 0 ? .drop : .decide
        case .awaitingTurn, .deciding:
            return .queue
        case .streaming, .failed, .closing:
            return .drop
        }
    }

    enum AnsweredAction: Equatable {
        case none
        case decide
        /// Say that the next request's body is wanted.
        case sayContinue
        case fail(Failure)
        case close
    }

    /// The router has answered a request.
    mutating func answered() -> AnsweredAction {
        outstanding -= 1
        if case .failed(let failure) = state, outstanding == (isReceiving ? 1 : 0) {
            state = .closing
            return .fail(failure)
        }
        if owesContinue, outstanding == 1, state == .routing {
            owesContinue = false
            return .sayContinue
        }
        guard outstanding == 0 else { return .none }
        switch state {
        case .awaitingTurn:
            state = .deciding
            return .decide
        case .routing where closesAfterAnswers:
            state = .closing
            return .close
        case .routing, .readingStreamRequest, .deciding, .streaming, .failed, .closing:
            return .none
        }
    }

    enum FailureAction: Equatable {
        case answer
        /// ``answered()`` says when to answer.
        case wait
        /// It comes after a request for a stream: it matters only if that does not become one.
        case queue
        /// The request that it is in has its answer.
        case close
        case none
    }

    /// Bytes came that are no HTTP, or too many of them. No part of a request follows.
    mutating func failed(_ failure: Failure) -> FailureAction {
        switch state {
        case .routing where isReceiving && outstanding == 0:
            state = .closing
            return .close
        case .routing where closesAfterAnswers && !isReceiving:
            // The last request was here: whatever follows is not answered.
            return .none
        case .routing, .readingStreamRequest:
            // A request that the router has only a part of will get no other answer than this.
            guard outstanding > (isReceiving ? 1 : 0) else {
                state = .closing
                return .answer
            }
            state = .failed(failure)
            return .wait
        case .awaitingTurn, .deciding:
            return .queue
        case .streaming, .failed, .closing:
            return .none
        }
    }

    /// The answer to the request for a stream is a stream.
    mutating func streamBegan() -> Bool {
        guard state == .deciding else { return false }
        state = .streaming
        return true
    }

    /// It is an ordinary answer.
    ///
    /// - Returns: `false` where the connection has ended meanwhile.
    mutating func streamRefused(keepsAlive: Bool) -> Bool {
        guard state == .deciding else { return false }
        state = keepsAlive && !closesAfterAnswers ? .routing : .closing
        return true
    }

    /// The stream, or the whole connection, is ending.
    mutating func beganClosing() {
        state = .closing
    }

    /// The connection has come to its end, or is not read any more.
    ///
    /// - Returns: whether the router has the head of a request whose end it will never get.
    mutating func abandonRequest() -> Bool {
        defer { isReceiving = false }
        return isReceiving
    }

    /// The server is ending.
    ///
    /// - Returns: whether to close now.
    mutating func quiesce() -> Bool {
        closesAfterAnswers = true
        switch state {
        case .routing where outstanding == 0:
            state = .closing
            return true
        case .routing, .readingStreamRequest, .awaitingTurn, .deciding, .streaming, .failed, .closing:
            return false
        }
    }

    /// Whether a request, or the rest of one, is being waited for.
    var awaitsRequest: Bool {
        switch state {
        case .routing: isReceiving || outstanding == 0
        case .readingStreamRequest: true
        case .awaitingTurn, .deciding, .streaming, .failed, .closing: false
        }
    }

    /// Whether the request being received has its answer already: nobody wants the rest of its body.
    var isAnsweredEarly: Bool { state == .routing && isReceiving && outstanding == 0 }

    /// Whether the answer being written is the last of the connection.
    var closesAfterThisAnswer: Bool { closesAfterAnswers && outstanding == 1 }

    var isDeciding: Bool { state == .deciding }
    var isStreaming: Bool { state == .streaming }
    var isClosing: Bool { state == .closing }
    var isRouting: Bool { state == .routing }
}
