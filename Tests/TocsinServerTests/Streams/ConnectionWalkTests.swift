import SeededRandomness
import Testing

@testable import TocsinServer

/// Walks the machine through whatever a client, a router and a server can do, and keeps book of the answers.
@Suite struct ConnectionWalkTests {
    @Test(
        "No answer overtakes another, and nothing is read after the end, whatever happens",
        arguments: 0..<2000 as Range<UInt64>)
    func walk(seed: UInt64) {
        var walk = Walk(seed: seed)
        for _ in 0..<200 { walk.step() }
        #expect(walk.faults == [])
    }
}

private struct Walk {
    /// What the client has sent and is owed, in its order.
    private enum Owed: Equatable {
        case answer, stream, failure
    }

    private(set) var faults: [String] = []
    private var machine = HTTP1ConnectionStateMachine()
    private var random: SeededGenerator
    private var owed: [Owed] = []
    /// Parts that were held back behind a request for a stream.
    private var queued: [Part] = []
    /// What the decoder is in.
    private var isInBody = false
    private var isDead = false
    private var isEnding = false
    private var unanswered = 0

    private enum Part {
        case head(isStream: Bool, isKeepAlive: Bool)
        case body, end, failure
    }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func step() {
        switch Int.random(in: 0..<12, using: &random) {
        case 0...5 where !isDead:
            let part = nextPart()
            receive(part)
        case 6...8 where unanswered > 0:
            answer()
        case 9 where machine.isDeciding:
            decide()
        case 10 where Int.random(in: 0..<20, using: &random) == 0:
            if machine.quiesce() {
                expect(owed.isEmpty && !isReading, "the server ended a connection that owed something")
            }
        case 11 where Int.random(in: 0..<60, using: &random) == 0:
            machine.beganClosing()
        default:
            break
        }
        check()
    }

    private var isReading: Bool { isInBody && !machine.isClosing && !machine.isStreaming }

    private mutating func nextPart() -> Part {
        if Int.random(in: 0..<40, using: &random) == 0 {
            isDead = true
            return .failure
        }
        guard isInBody else {
            isInBody = true
            return .head(
                isStream: Int.random(in: 0..<3, using: &random) == 0,
                isKeepAlive: Int.random(in: 0..<8, using: &random) > 0)
        }
        isInBody = Bool.random(using: &random)
        return isInBody ? .body : .end
    }

    private mutating func receive(_ part: Part) {
        let wasOver = machine.isClosing || machine.isStreaming
        switch part {
        case .head(let isStream, let isKeepAlive):
            switch machine.receivedHead(isStreamRequest: isStream, isKeepAlive: isKeepAlive) {
            case .forward:
                expect(!isStream && !wasOver, "forwarded a request that is not the router's")
                expect(!owed.contains(.stream) && !owed.contains(.failure), "forwarded past what is held back")
                owed.append(.answer)
                unanswered += 1
            case .keep:
                expect(isStream && !wasOver, "kept a request that is none for a stream")
                owed.append(.stream)
            case .queue:
                expect(owed.contains(.stream) && !wasOver, "queued behind nothing")
                queued.append(part)
            case .drop:
                break
            }
        case .body:
            act(on: machine.receivedBody(), part, wasOver)
        case .end:
            act(on: machine.receivedEnd(), part, wasOver)
        case .failure:
            fail(wasOver)
        }
    }

    private mutating func act(on action: HTTP1ConnectionStateMachine.PartAction, _ part: Part, _ wasOver: Bool) {
        switch action {
        case .forward: expect(!wasOver, "forwarded after the end")
        case .decide: expect(owed.first == .stream, "decided out of turn")
        case .queue:
            expect(owed.contains(.stream) && !wasOver, "queued behind nothing")
            queued.append(part)
        case .drop: break
        }
    }

    private mutating func fail(_ wasOver: Bool) {
        switch machine.failed(.badRequest) {
        case .answer:
            // A request that broke off is owed no other answer.
            expect(owed.isEmpty || owed.count == 1, "answered a failure before its turn")
            expect(!wasOver && machine.isClosing, "answered a failure and went on")
            owed = []
        case .wait: owed.append(.failure)
        case .queue: queued.append(.failure)
        case .close: expect(owed.isEmpty && machine.isClosing, "closed with answers owed")
        case .none: break
        }
    }

    private mutating func answer() {
        unanswered -= 1
        let wasOver = machine.isClosing
        let action = machine.answered()
        guard !wasOver else {
            expect(action == .none, "did something after the end")
            return
        }
        expect(owed.first == .answer, "an answer that was not owed")
        owed.removeFirst()
        switch action {
        case .none, .sayContinue:
            expect(owed.first != .stream || owed.count == 1, "a stream with company")
        case .decide: expect(owed.first == .stream, "decided out of turn")
        case .fail:
            // At most a request that broke off comes before it.
            expect(owed.last == .failure && owed.count <= 2, "told of a failure out of turn")
            owed = []
        case .close: expect(owed.isEmpty, "closed with answers owed")
        }
    }

    private mutating func decide() {
        expect(owed.first == .stream, "decided out of turn")
        if Bool.random(using: &random) {
            expect(machine.streamBegan() && machine.isStreaming, "the stream did not begin")
            owed = []
            queued = []
        } else {
            let isRefused = machine.streamRefused(keepsAlive: Int.random(in: 0..<5, using: &random) > 0)
            expect(isRefused, "the stream was not refused")
            owed.removeFirst()
            let parts = queued
            queued = []
            for part in parts { receive(part) }
        }
    }

    private mutating func check() {
        expect(!machine.isDeciding || owed.first == .stream, "is deciding on nothing")
        expect(!machine.isStreaming || owed.isEmpty, "streams with answers owed")
        expect(!machine.awaitsRequest || !machine.isDeciding, "waits for a request and decides")
        expect(
            machine.isClosing || machine.isStreaming || unanswered == owed.count { $0 == .answer },
            "lost count of answers")
    }

    private mutating func expect(_ holds: Bool, _ fault: String) {
        if !holds { faults.append(fault) }
    }
}
