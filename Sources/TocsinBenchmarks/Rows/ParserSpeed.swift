import ServerSentEvents

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// 12: how fast the parser reads events, on one core.
struct ParserSpeed: Row {
    let numbers = [12]
    /// As much as a socket gives at a time under load.
    private static let pieceSize = 65_536

    func findings(_ bench: Bench) async throws -> [Finding] {
        let stream = try SampleStream(length: 64_000_000)
        let decoder = try HTTPXDecoder(bench, stream: stream)
        var parsed: [Double] = []
        var texts: [Double] = []
        var scanned: [Double] = []
        var decoded: [Double] = []
        for _ in 0..<bench.pairs {
            scanned.append(try Self.rate(stream, finds: stream.lines, Self.lineFeeds))
            parsed.append(try Self.rate(stream, finds: stream.events, Self.events))
            texts.append(try Self.rate(stream, finds: stream.events, Self.eventsAsStrings))
            if let rate = try await decoder?.rate(pieceSize: Self.pieceSize) { decoded.append(rate) }
        }
        let rate = parsed.median ?? 0
        let what = "parser to its callback, events of 100 to 300 bytes, one core"
        return [
            Finding(
                row: 12, what: what, measured: Quantity.megabytesPerSecond(rate),
                peer: "memchr for line ends \(Quantity.megabytesPerSecond(scanned.median ?? 0))",
                ratio: Self.ratio(parsed, scanned), budget: "≥ 500 MB/s", isMet: rate >= 500e6),
            Finding(
                row: 12, what: "the same with all strings made",
                measured: Quantity.megabytesPerSecond(texts.median ?? 0),
                peer: decoded.median.map { "httpx-sse \(Quantity.megabytesPerSecond($0))" } ?? "–",
                ratio: Self.ratio(texts, decoded), budget: "told"),
        ]
    }

    private static func ratio(_ own: [Double], _ peer: [Double]) -> String {
        zip(own, peer).map { $0 / $1 }.median.map(Quantity.times) ?? "–"
    }

    /// Bytes a second.
    private static func rate(
        _ stream: SampleStream, finds expected: Int, _ count: (UnsafeRawBufferPointer) throws -> Int
    ) throws -> Double {
        let start = ContinuousClock.now
        let found = try stream.bytes.withUnsafeBytes(count)
        let time = (ContinuousClock.now - start) / .seconds(1)
        guard found == expected else { throw BenchmarkError("\(found) were found instead of \(expected)") }
        return Double(stream.bytes.count) / time
    }

    private static func events(in bytes: UnsafeRawBufferPointer) throws -> Int {
        var count = 0
        try forEachEvent(in: bytes) { _ in count += 1 }
        return count
    }

    /// What those pay who want every text as a `String`.
    private static func eventsAsStrings(in bytes: UnsafeRawBufferPointer) throws -> Int {
        var count = 0
        try forEachEvent(in: bytes) { event in
            let event = MessageEvent(event)
            if !event.data.isEmpty && !event.lastEventID.isEmpty && event.type != .message { count += 1 }
        }
        return count
    }

    private static func forEachEvent(
        in bytes: UnsafeRawBufferPointer, _ body: (borrowing MessageEvent.Borrowed) -> Void
    ) throws {
        var parser = EventStreamParser()
        var start = 0
        while start < bytes.count {
            let end = min(start + pieceSize, bytes.count)
            try parser.parse(bytes[start..<end]) { item in
                switch item {
                case .event(let event): body(event)
                default: break
                }
            }
            start = end
        }
    }

    /// The least that any reader of lines must do.
    private static func lineFeeds(in bytes: UnsafeRawBufferPointer) -> Int {
        guard var place = bytes.baseAddress else { return 0 }
        let end = place + bytes.count
        var count = 0
        while let found = memchr(place, 0x0A, end - place) {
            count += 1
            place = UnsafeRawPointer(found) + 1
        }
        return count
    }
}
