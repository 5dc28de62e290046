import EventStreamReference
import SeededRandomness
import ServerSentEvents

/// The event-stream parser, compared to the reference at every place where a stream can be cut.
struct EventsTarget: FuzzTarget {
    func run(_ generator: inout SeededGenerator) throws(Finding) -> String {
        var bytes = generator.soup()
        if generator.chance(50) {
            bytes = generator.mutated(
                bytes, alphabet: Array("\r\n: \0dataeventidretry0".utf8) + [0xEF, 0xBB, 0xBF, 0xFF])
        }
        let expected: Reading
        do {
            expected = try ReferenceParser.read(bytes)
        } catch {
            throw Finding("the reference cannot read \(bytes)")
        }
        try check(Reading(bytes), expected, "as a whole", bytes)
        try check(Reading(bytes.singly), expected, "byte by byte", bytes)
        for split in bytes.splits {
            try check(Reading(split), expected, "cut at \(split[0].count)", bytes)
        }
        let pieces = generator.cut(bytes)
        try check(Reading(pieces), expected, "cut into \(pieces.map(\.count))", bytes)
        let limits = EventStreamParser.Limits(
            lineLength: generator.index(below: 40), dataLength: generator.index(below: 20))
        let limited = Reading(bytes, limits: limits)
        try check(Reading(pieces, limits: limits), limited, "with \(limits)", bytes)
        return limited.failure == nil ? "within limits" : "over a limit"
    }

    private func check(_ reading: Reading, _ expected: Reading, _ how: String, _ bytes: [UInt8]) throws(Finding) {
        guard reading != expected else { return }
        throw Finding("\(how) \(bytes) is heard as \(reading) instead of \(expected)")
    }
}
