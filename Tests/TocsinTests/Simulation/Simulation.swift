import NIOConcurrencyHelpers
import SeededRandomness

@testable import Tocsin

/// Publishers, a journal, two event loops and readers, whose every step follows from one seed.
///
/// Nothing happens by itself: each step is one thing that one of them does, so that any two can meet in any order.
final class Simulation {
    static let greeting = "welcome"

    let seed: UInt64
    let profile: SimulationProfile
    let clock = NIOLockedValueBox(Timestamp(milliseconds: 1_000_000))
    let journal: SimulatedJournal
    let publishers: SimulatedPublishers
    let loops: [SimulatedLoop]
    let readers: [SimulatedReader]
    var random: SeededGenerator
    /// Streams that the server holds open, and such as have ended with bytes on their way.
    var streams: [SimulatedStream] = []
    var arrivals: [Arrival] = []
    var nextStreamNumber = 1
    var moment: StreamModel.Moment
    private(set) var stepCount = 0
    private(set) var faults: [String] = []
    private(set) var sights: Set<Sight> = []
    /// Of all that was said, to compare two runs.
    var digest: UInt64 = 0
    /// What happened lately, if asked for.
    let isTraced: Bool
    private(set) var trace: [String] = []

    /// A stream that was asked for: it is known where it starts, and it has not come to its loop yet.
    struct Arrival {
        let reader: SimulatedReader
        let loop: SimulatedLoop
        let start: Subscription.Start
        let discontinuities: Int
        let languages: SimulatedLanguages
        let hasGreeting: Bool
    }

    init(seed: UInt64, isTraced: Bool = false) {
        var random = SeededGenerator(seed: seed)
        let profile = SimulationProfile(using: &random)
        let start = clock.withLockedValue(\.self)
        let journal = SimulatedJournal(now: start, profile: profile)
        var configuration = Shard.Configuration()
        configuration.recent = profile.window
        configuration.catchUpBytes = profile.catchUpBytes
        configuration.heartbeat = profile.heartbeat
        configuration.stallTimeout = profile.stallTimeout
        configuration.defaultLanguage = profile.defaultLanguage.flatMap(LanguageTag.init)

        self.seed = seed
        self.isTraced = isTraced
        self.profile = profile
        self.journal = journal
        publishers = SimulatedPublishers(profile: profile, random: random.fork())
        loops = (0..<2).map { [clock] number in
            let pages = SimulatedPageReader(
                limit: profile.pagesAtOnce,
                pageLimit: PageLimit(alarms: profile.pageAlarms)
            )
            let shard = Shard(
                configuration: configuration,
                recent: [],
                floor: journal.state.floor,
                position: journal.state.head,
                reader: pages,
                now: { clock.withLockedValue(\.self) },
                random: random.fork()
            )
            return SimulatedLoop(number: number, shard: shard, pages: pages)
        }
        readers = (0..<profile.readers).map { _ in
            SimulatedReader(addresses: Self.addresses(using: &random))
        }
        self.random = random
        moment = StreamModel.Moment(now: start, withdrawalsSeen: .zero)
    }

    private static func addresses(using random: inout SeededGenerator) -> [Address] {
        let topics = SimulatedPublishers.topics.shuffled(using: &random)
            .prefix(Int.random(in: 0...3, using: &random)).map(Address.topic)
        guard random.chance(70), let user = random.element(of: SimulatedPublishers.users) else {
            return topics.isEmpty ? [.everyone] : topics
        }
        return [.user(user), .everyone] + topics
    }

    var now: Timestamp { clock.withLockedValue(\.self) }

    /// - Returns: whether all is well so far.
    func run(steps: Int) -> Bool {
        while stepCount < steps, faults.isEmpty {
            stepCount += 1
            step()
            if stepCount.isMultiple(of: 400) || stepCount == steps { comeToRest() }
            collectFaults()
        }
        if faults.isEmpty { endAll() }
        saw(publishers.sights)
        collectFaults()
        return faults.isEmpty
    }

    func fail(_ fault: String) {
        faults.append("step \(stepCount): \(fault)")
        note(fault)
    }

    func saw(_ sight: Sight) {
        sights.insert(sight)
    }

    func saw(_ others: Set<Sight>) {
        sights.formUnion(others)
    }

    func note(_ event: @autoclosure () -> String) {
        guard isTraced else { return }
        trace.append("\(stepCount): \(event())")
        if trace.count > 2000 { trace.removeFirst(1000) }
    }

    private func collectFaults() {
        for fault in journal.faults + publishers.faults + readers.flatMap(\.faults) {
            fail(fault)
        }
    }

    /// Calls a shard, and says what its streams may say meanwhile.
    func with(
        _ loop: SimulatedLoop,
        withdrawalsSeen: AlarmID? = nil,
        page: StreamModel.ArrivedPage? = nil,
        discontinuity: AlarmID? = nil,
        isHeartbeat: Bool = false,
        isLive: Bool = false,
        _ body: (Shard) -> Void
    ) {
        moment = StreamModel.Moment(
            now: now,
            withdrawalsSeen: withdrawalsSeen ?? loop.shard.position,
            page: page,
            discontinuity: discontinuity,
            isHeartbeat: isHeartbeat,
            isLive: isLive
        )
        body(loop.shard)
    }
}
