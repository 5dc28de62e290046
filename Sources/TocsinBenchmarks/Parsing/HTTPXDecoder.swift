import Foundation

/// PyPI's httpx-sse, whose decoder reads the same bytes in Python.
struct HTTPXDecoder: Sendable {
    /// With what `Tests/System/requirements.txt` names.
    private static let python = ".build/python/bin/python"

    private static let script = """
        import sys, time
        import httpx
        from httpx_sse import EventSource

        with open(sys.argv[1], "rb") as file:
            stream = file.read()
        size = int(sys.argv[2])
        pieces = [stream[start:start + size] for start in range(0, len(stream), size)]
        response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=iter(pieces))
        begin = time.perf_counter()
        events = sum(1 for event in EventSource(response).iter_sse() if event.data)
        print(events, len(stream) / (time.perf_counter() - begin))
        """

    private let bench: Bench
    private let events: Int
    private let file: String

    /// - Returns: `nil` where it is not installed.
    init?(_ bench: Bench, stream: SampleStream) throws {
        guard FileManager.default.isExecutableFile(atPath: Self.python) else {
            say("\(Self.python) is not there, so that nothing is compared with httpx-sse; see scripts/setup bench")
            return nil
        }
        self.bench = bench
        events = stream.events
        file = bench.newFile("stream")
        try Data(stream.bytes).write(to: URL(filePath: file))
    }

    /// Bytes a second.
    func rate(pieceSize: Int) async throws -> Double {
        let process = try ChildProcess(
            Self.python, ["-c", Self.script, file, "\(pieceSize)"], log: bench.newFile("log"))
        try await process.ended()
        let words = process.output.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, Int(words[0]) == events, let rate = Double(words[1]) else {
            throw BenchmarkError("httpx-sse said instead of \(events) and a rate: \(process.output.suffix(500))")
        }
        return rate
    }
}
