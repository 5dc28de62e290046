import SeededRandomness

@testable import Tocsin

/// How large and how unreliable things are in one run: another regime for each seed.
struct SimulationProfile {
    var readers: Int
    var window: RecentWindow.Limits
    var catchUpBytes: Int
    var pageAlarms: Int
    var pagesAtOnce: Int
    /// Of the feed of commits, in bytes.
    var feedCapacity: Int
    var queue: (bytes: Int, batchAlarms: Int)
    var retention: RetentionPolicy
    var defaultLanguage: String?
    var heartbeat: Int
    var stallTimeout: Int
    /// Bytes that a channel takes before it is not writable.
    var channelBytes: Int

    // In percent.
    var appendFaults: Int
    var readFaults: Int
    var slowReaders: Int
    /// Readers that take nothing from the start.
    var deafReaders: Int
    var breakingStreams: Int
    var flushes: Int
    var sharedConnections: Int
    var keys: Int
    var timesToLive: Int
    var largeTexts: Int
    var withdrawals: Int
    var discontinuities: Int
    /// How often a page is read, or brought.
    var pages: Int
    /// How often a stream that was asked for is opened.
    var openings: Int
    /// How often a loop takes what was committed, and how much of it.
    var mail: (weight: Int, entries: Int)

    init(using random: inout SeededGenerator) {
        readers = Int.random(in: 1...14, using: &random)
        window = RecentWindow.Limits()
        window.alarms = random.element(of: [0, 1, 3, 10, 40, 1000]) ?? 10
        window.bytes = random.element(of: [2000, 20_000, 1 << 20]) ?? 20_000
        catchUpBytes = random.element(of: [1, 200, 2000, 256 << 10]) ?? 2000
        pageAlarms = random.element(of: [1, 2, 5, 256]) ?? 1
        pagesAtOnce = random.element(of: [1, 1, 2, 4]) ?? 1
        feedCapacity = random.element(of: [1000, 5000, 1 << 20]) ?? 5000
        queue = (random.element(of: [3000, 1 << 20]) ?? 3000, random.element(of: [1, 3, 20]) ?? 3)
        retention = RetentionPolicy(
            age: random.element(of: [20, 200, 100_000]) ?? 200,
            alarms: random.element(of: [5, 30, 100, 1000]) ?? 30,
            keyAge: 1_000_000
        )
        defaultLanguage = random.element(of: [nil, nil, "fr", "en"]) ?? nil
        heartbeat = random.element(of: [1, 2, 5, 15]) ?? 5
        stallTimeout = random.element(of: [2, 5, 60]) ?? 5
        channelBytes = random.element(of: [1, 300, 2000, 20_000]) ?? 300
        appendFaults = random.element(of: [0, 5, 30]) ?? 5
        readFaults = random.element(of: [0, 10, 30]) ?? 10
        slowReaders = random.element(of: [0, 30, 100]) ?? 30
        deafReaders = random.element(of: [0, 0, 20]) ?? 0
        breakingStreams = random.element(of: [0, 30, 80]) ?? 30
        flushes = random.element(of: [0, 50, 95]) ?? 0
        sharedConnections = random.element(of: [0, 70]) ?? 0
        keys = random.element(of: [0, 30]) ?? 30
        timesToLive = random.element(of: [0, 20, 80]) ?? 20
        largeTexts = random.element(of: [0, 5]) ?? 0
        withdrawals = random.element(of: [0, 10, 30]) ?? 10
        discontinuities = random.element(of: [0, 40, 100]) ?? 0
        openings = random.element(of: [15, 3]) ?? 15
        mail = random.element(of: [(40, 10), (40, 3), (6, 60)]) ?? (40, 10)
        pages = random.element(of: [30, 30, 4]) ?? 30
    }
}
