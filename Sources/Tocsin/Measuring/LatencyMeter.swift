/// Measures how long alarms take from their commit to the sockets, with one reading of the clock for many writes.
struct LatencyMeter {
    /// Writes that one reading counts for.
    private static let writesOfReading = 64

    private struct Run {
        let committedAt: UInt64
        var count: Int
    }

    private let uptime: Uptime
    /// The writes since the last reading, those next to each other that have the same commit together.
    private var runs: ContiguousArray<Run> = []
    private var writes = 0
    private var latencies = DurationTally()

    init(_ uptime: @escaping Uptime) {
        self.uptime = uptime
    }

    /// A write is done.
    ///
    /// - Parameter committedAt: when the oldest alarm in it was committed, by the same clock; `nil` where nobody knows.
    mutating func wrote(committedAt: UInt64?) {
        guard let committedAt else { return }
        if let last = runs.indices.last, runs[last].committedAt == committedAt {
            runs[last].count += 1
        } else {
            runs.append(Run(committedAt: committedAt, count: 1))
        }
        writes += 1
        if writes == Self.writesOfReading { read() }
    }

    /// All writes of a batch are done.
    mutating func finish() {
        if writes > 0 { read() }
    }

    /// The latencies since this was last asked.
    mutating func take() -> DurationTally {
        defer { latencies = DurationTally() }
        return latencies
    }

    private mutating func read() {
        let now = uptime()
        for run in runs { latencies.add(now - min(now, run.committedAt), times: run.count) }
        runs.removeAll(keepingCapacity: true)
        writes = 0
    }
}
