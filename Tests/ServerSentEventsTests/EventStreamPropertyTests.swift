import EventStreamReference
import SeededRandomness
import ServerSentEvents
import Testing

@Suite("What holds for every stream holds for random ones")
struct EventStreamPropertyTests {
    /// Each seed makes many streams; the number of a failed one is in the message.
    static let seeds: [UInt64] = Array(1...16)
    static let rounds = 60

    @Test("Random bytes are heard as the reference hears them, however they are cut", arguments: seeds)
    func soup(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Self.rounds {
            let bytes = generator.soup()
            let pieces = generator.cut(bytes)
            let expected = try ReferenceParser.read(bytes)
            #expect(Reading(bytes) == expected, "seed \(seed), round \(round): \(bytes)")
            #expect(Reading(pieces) == expected, "seed \(seed), round \(round): \(pieces.map(Array.init))")
            #expect(Reading(bytes.singly) == expected, "seed \(seed), round \(round): \(bytes)")
        }
    }

    @Test("Limits end a stream at the same place, however it is cut", arguments: seeds)
    func limits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Self.rounds {
            let bytes = generator.soup()
            let limits = EventStreamParser.Limits(
                lineLength: .random(in: 0...40, using: &generator),
                dataLength: .random(in: 0...20, using: &generator)
            )
            let expected = Reading(bytes, limits: limits)
            let pieces = generator.cut(bytes)
            #expect(
                Reading(pieces, limits: limits) == expected,
                "seed \(seed), round \(round): \(pieces.map(Array.init))"
            )
            #expect(Reading(bytes.singly, limits: limits) == expected, "seed \(seed), round \(round): \(bytes)")
        }
    }

    @Test("What is written is read back, with LF for each line break", arguments: seeds)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Self.rounds {
            var bytes: [UInt8] = []
            var expected = Reading(heard: [], lastEventID: .none)
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let event = try generator.event()
                event.append(to: &bytes)
                if let retry = event.retry { expected.heard.append(.retry(retry.milliseconds)) }
                if let id = event.id { expected.lastEventID = id }
                if let data = event.data {
                    expected.heard.append(
                        .event(
                            normalized(data),
                            type: (event.type ?? .message).string,
                            id: expected.lastEventID.string
                        )
                    )
                }
                if Bool.random(using: &generator) {
                    EventStreamComment.heartbeat.append(to: &bytes)
                    expected.heard.append(.comment(""))
                }
            }
            let pieces = generator.cut(bytes)
            #expect(Reading(bytes) == expected, "seed \(seed), round \(round)")
            #expect(Reading(pieces) == expected, "seed \(seed), round \(round): \(pieces.map(Array.init))")
        }
    }

    /// CRLF and CR replaced with LF, the slow and plain way.
    private func normalized(_ data: String) -> String {
        var result = ""
        var previous: Unicode.Scalar?
        for scalar in data.unicodeScalars {
            if scalar != "\n" || previous != "\r" {
                result.unicodeScalars.append(scalar == "\r" ? "\n" : scalar)
            }
            previous = scalar
        }
        return result
    }
}

extension SeededGenerator {
    /// Any valid event.
    fileprivate mutating func event() throws -> ServerSentEvent {
        ServerSentEvent(
            type: Bool.random(using: &self) ? try EventType("t" + text(without: "\r\n")) : nil,
            data: Int.random(in: 0..<5, using: &self) > 0 ? text(without: "") : nil,
            id: Bool.random(using: &self) ? try EventID(text(without: "\r\n\u{0}")) : nil,
            retry: Int.random(in: 0..<4, using: &self) == 0
                ? try ReconnectionTime(milliseconds: .random(in: 0...Int.max, using: &self)) : nil
        )
    }

    private mutating func text(without excluded: String) -> String {
        let alphabet = Array(
            "\r\n\r\n\r\n\u{0} : dataid\u{FEFF}\u{301}\u{85}\u{2028}é예🚨\u{10FFFF}\u{FFFD}".unicodeScalars
        )
        let allowed = alphabet.filter { !excluded.unicodeScalars.contains($0) }
        var text = ""
        for _ in 0..<Int.random(in: 0...24, using: &self) {
            text.unicodeScalars.append(choose(allowed))
        }
        return text
    }
}
