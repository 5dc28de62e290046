import Testing

@testable import TocsinServer

@Suite struct ConnectionStateMachineTests {
    private typealias Machine = HTTP1ConnectionStateMachine

    /// What can happen to a connection, in short.
    private enum Step: Sendable {
        case request, lastRequest, halfRequest, streamRequest, halfStreamRequest
        case answer, stream, garbage, close
    }

    private static func machine(after steps: [Step]) -> Machine {
        var machine = Machine()
        for step in steps { take(step, &machine) }
        return machine
    }

    private static func take(_ step: Step, _ machine: inout Machine) {
        switch step {
        case .request, .lastRequest:
            _ = machine.receivedHead(isStreamRequest: false, isKeepAlive: step == .request)
            _ = machine.receivedEnd()
        case .halfRequest: _ = machine.receivedHead(isStreamRequest: false, isKeepAlive: true)
        case .streamRequest:
            _ = machine.receivedHead(isStreamRequest: true, isKeepAlive: true)
            _ = machine.receivedEnd()
        case .halfStreamRequest: _ = machine.receivedHead(isStreamRequest: true, isKeepAlive: true)
        case .answer: _ = machine.answered()
        case .stream: _ = machine.streamBegan()
        case .garbage: _ = machine.failed(.badRequest)
        case .close: machine.beganClosing()
        }
    }

    @Test("A request for the router is forwarded part by part")
    func forwarding() {
        var machine = Machine()
        #expect(machine.receivedHead(isStreamRequest: false, isKeepAlive: true) == .forward)
        #expect(machine.receivedBody() == .forward)
        #expect(machine.receivedEnd() == .forward)
        #expect(machine.answered() == .none)
        #expect(machine.isRouting)
    }

    @Test("A request for a stream is decided on at its end, and its body is dropped")
    func streaming() {
        var machine = Machine()
        #expect(machine.receivedHead(isStreamRequest: true, isKeepAlive: true) == .keep)
        #expect(machine.receivedBody() == .drop)
        #expect(machine.receivedEnd() == .decide)
        #expect(machine.receivedHead(isStreamRequest: false, isKeepAlive: true) == .queue)
        #expect(machine.receivedBody() == .queue)
        #expect(machine.receivedEnd() == .queue)
        let began = machine.streamBegan()
        #expect(began && machine.isStreaming)
        #expect(machine.receivedHead(isStreamRequest: true, isKeepAlive: true) == .drop)
    }

    @Test("A request for a stream waits until the answers before it are complete")
    func turn() {
        var machine = Self.machine(after: [.request, .request, .halfStreamRequest])
        #expect(machine.receivedEnd() == .drop)
        #expect(machine.answered() == .none)
        #expect(!machine.isDeciding)
        #expect(machine.answered() == .decide)
        #expect(machine.isDeciding)
    }

    @Test("A refused stream gives its connection back, or ends it", arguments: [true, false])
    func refused(keepsAlive: Bool) {
        var machine = Self.machine(after: [.streamRequest])
        let isRefused = machine.streamRefused(keepsAlive: keepsAlive)
        #expect(isRefused)
        #expect(machine.isRouting == keepsAlive)
        #expect(machine.isClosing == !keepsAlive)
        let next = machine.receivedHead(isStreamRequest: false, isKeepAlive: true)
        #expect(next == (keepsAlive ? .forward : .drop))
    }

    @Test("After the last request nothing is read, and the connection ends with the last answer")
    func last() {
        var machine = Self.machine(after: [.request, .lastRequest])
        #expect(machine.receivedHead(isStreamRequest: true, isKeepAlive: true) == .drop)
        #expect(machine.receivedBody() == .drop)
        #expect(machine.receivedEnd() == .drop)
        #expect(!machine.closesAfterThisAnswer)
        #expect(machine.answered() == .none)
        #expect(machine.closesAfterThisAnswer)
        #expect(machine.answered() == .close)
        #expect(machine.isClosing)
    }

    private static let failures: [(what: String, steps: [Step], action: Machine.FailureAction)] = [
        ("nothing before it", [], .answer),
        ("in a head behind an answered request", [.request, .answer], .answer),
        ("in a head behind a request", [.request], .wait),
        ("in a body", [.halfRequest], .answer),
        ("in a body behind a request", [.request, .halfRequest], .wait),
        ("in a body that has its answer", [.halfRequest, .answer], .close),
        ("behind the last request", [.lastRequest], .none),
        ("in a request for a stream", [.halfStreamRequest], .answer),
        ("in a request for a stream behind another", [.request, .halfStreamRequest], .wait),
        ("behind a stream that waits", [.request, .streamRequest], .queue),
        ("behind a stream that is decided on", [.streamRequest], .queue),
        ("behind a stream", [.streamRequest, .stream], .none),
        ("a second time", [.request, .garbage], .none),
        ("on a connection that is closing", [.close], .none),
    ]

    @Test("What is no HTTP is answered in its turn", arguments: failures.indices)
    func failure(_ index: Int) {
        let (what, steps, action) = Self.failures[index]
        var machine = Self.machine(after: steps)
        #expect(machine.failed(.badRequest) == action, "\(what)")
        #expect(machine.isClosing == (action == .answer || action == .close || what.contains("closing")), "\(what)")
    }

    @Test("A failure that waits is answered after the last whole request", arguments: [false, true])
    func failureInTurn(isInBody: Bool) {
        var machine = Self.machine(after: [.request, .request])
        if isInBody { Self.take(.halfRequest, &machine) }
        #expect(machine.failed(.headTooLarge) == .wait)
        #expect(machine.answered() == .none)
        #expect(machine.answered() == .fail(.headTooLarge))
        #expect(machine.isClosing)
    }

    @Test("Who waits to be told to send its body is told after the answers before")
    func saysContinue() {
        var first = Self.machine(after: [.halfRequest])
        let isToldNow = first.expectsContinue()
        #expect(isToldNow)

        var second = Self.machine(after: [.request, .request, .halfRequest])
        let isSecondToldNow = second.expectsContinue()
        #expect(!isSecondToldNow)
        #expect(second.answered() == .none)
        #expect(second.answered() == .sayContinue)
        #expect(second.receivedEnd() == .forward)
        #expect(second.answered() == .none)

        var impatient = Self.machine(after: [.request, .halfRequest])
        _ = impatient.expectsContinue()
        #expect(impatient.receivedEnd() == .forward)
        #expect(impatient.answered() == .none)
    }

    private static let quiescing: [(steps: [Step], closes: Bool)] = [
        ([], true), ([.request, .answer], true), ([.request], false), ([.halfRequest], false),
        ([.streamRequest], false),
        ([.streamRequest, .stream], false), ([.request, .streamRequest], false), ([.close], false),
    ]

    @Test("A connection ends at once with its server only when it has nothing to answer", arguments: quiescing.indices)
    func quiesced(_ index: Int) {
        var machine = Self.machine(after: Self.quiescing[index].steps)
        #expect(machine.quiesce() == Self.quiescing[index].closes)
    }

    private static let waiting: [(steps: [Step], awaits: Bool)] = [
        ([], true), ([.halfRequest], true), ([.request], false), ([.request, .answer], true),
        ([.request, .halfRequest], true),
        ([.halfRequest, .answer], true), ([.halfStreamRequest], true), ([.streamRequest], false),
        ([.request, .streamRequest], false),
        ([.streamRequest, .stream], false), ([.close], false), ([.request, .garbage], false),
    ]

    @Test("Only a client that owes a request can run out of time", arguments: waiting.indices)
    func awaiting(_ index: Int) {
        let machine = Self.machine(after: Self.waiting[index].steps)
        #expect(machine.awaitsRequest == Self.waiting[index].awaits)
    }

    @Test("A request whose end will not come is abandoned once")
    func abandoned() {
        var half = Self.machine(after: [.halfRequest])
        let isFirst = half.abandonRequest()
        let isSecond = half.abandonRequest()
        #expect(isFirst && !isSecond)
        var whole = Self.machine(after: [.request])
        let isWholeAbandoned = whole.abandonRequest()
        #expect(!isWholeAbandoned)
    }
}
