public import Logging
public import Metrics
import NIOConcurrencyHelpers
public import NIOCore
import NIOPosix

/// Takes alarms, keeps them in its journal, and brings each to everyone whom it concerns.
///
/// An alarm that is published becomes an entry of the journal, and everything that a stream has is read off the journal in
/// order: what is new, what is resumed, and what a slow reader comes to late.
///
/// ```swift
/// let hub = try await Hub(journal: .memory())
/// try await withThrowingDiscardingTaskGroup { group in
///     group.addTask { await hub.run() }
///     let alarms = try await hub.subscribe(Listener(user: "tiaz"))
///     try await hub.publish(Alarm(to: .user(named: "tiaz"), data: .text("Your table is ready.")))
///     …
/// }
/// ```
public final class Hub: Sendable {
    /// What a hub keeps and how much it takes.
    public struct Configuration: Sendable {
        package var shard = Shard.Configuration()
        package var retention = RetentionPolicy(age: 7 * 86_400, alarms: 1_000_000, keyAge: 86_400)
        /// Streams at a time; as many as there are where not set.
        public var maximumConnections = Int.max
        /// Streams at a time of one client address: of an IPv4 address, or of the /64 of an IPv6 one.
        package var maximumConnectionsPerAddress: Int?
        /// Streams at a time of one user, 1 or more, of which the newest stay; `nil` for as many as it opens.
        public var maximumConnectionsPerUser: Int?
        /// First event of a user's stream; `{user}` stands for the user.
        package var greeting: String?

        /// For how long an alarm is kept, in whole seconds; a week where not set.
        public var maximumAge: Duration {
            get { .seconds(retention.age) }
            set { retention.age = newValue.wholeSeconds }
        }

        /// How many alarms are kept; a million where not set.
        public var maximumAlarms: Int {
            get { retention.alarms }
            set { retention.alarms = newValue }
        }

        /// The language of readers whose own is not among an alarm's translations, where it has no data; the first translation
        /// where not set.
        public var defaultLanguage: LanguageTag? {
            get { shard.defaultLanguage }
            set { shard.defaultLanguage = newValue }
        }

        public init() {}
    }

    package let journal: any Journal
    package let publisher: Publisher
    package let registry: any ConnectionRegistry
    package let refusals = RefusalCounts()
    package let configuration: Configuration
    let now: WallClock
    let metrics: HubMetrics
    let gauges: HubGauges
    let logger: Logger
    let log: RecurringLog
    let shards: [LoopShard]
    private let shardOfLoop: [ObjectIdentifier: LoopShard]
    let start: AlarmID
    let admission: NIOLockedValueBox<StreamAdmission>
    let closeJournal: @Sendable () async -> Void
    /// Whether it runs, or has run.
    let isStarted = NIOLockedValueBox(false)
    private let shardsGiven = NIOLockedValueBox(0)
    /// Whether something is being done to the journal beside the requests.
    let isMaintaining = NIOLockedValueBox(false)

    /// Fills every shard's window of recent alarms from the journal: after a restart everyone resumes at once.
    ///
    /// - Parameter closeJournal: is called at the end of ``run()``.
    /// - Throws: ``JournalError`` when the journal cannot be read.
    package init(
        journal: any Journal, registry: any ConnectionRegistry = LocalConnectionRegistry(),
        eventLoops: [any EventLoop], configuration: Configuration, now: @escaping WallClock, logger: Logger,
        metrics factory: any MetricsFactory = NOOPMetricsHandler.instance,
        closeJournal: @escaping @Sendable () async -> Void = {}
    ) async throws {
        self.closeJournal = closeJournal
        let metrics = HubMetrics(factory)
        self.journal = journal
        self.registry = registry
        self.configuration = configuration
        self.now = now
        self.logger = logger
        self.log = RecurringLog(logger)
        self.metrics = metrics
        self.gauges = HubGauges(factory)
        self.publisher = Publisher(journal, logger: logger, metrics: metrics)
        self.admission = NIOLockedValueBox(
            StreamAdmission(
                maximum: configuration.maximumConnections,
                maximumPerAddress: configuration.maximumConnectionsPerAddress))

        let limits = configuration.shard.recent
        // One more than the window has: its id is where the window begins, and a stream may resume from there.
        let page = try await journal.newestAlarms(
            before: nil, for: .everything, limit: PageLimit(alarms: limits.alarms + 1, bytes: limits.bytes))
        // An incomplete page has everything after its position only.
        let floor = page.isComplete ? page.floor : page.position
        let recent = page.entries.reversed().filter { $0.id > floor }
        let start = page.head
        self.start = start

        let pagesAtOnce = max(1, 4 / max(1, eventLoops.count))
        var shards: [LoopShard] = []
        for eventLoop in eventLoops {
            let shard = eventLoop.submit { [recent, floor] in
                let shard = Shard(
                    configuration: configuration.shard, recent: recent, floor: floor, position: start,
                    reader: JournalPageReader(journal, eventLoop: eventLoop, limit: pagesAtOnce), now: now,
                    random: SystemRandomNumberGenerator(), metrics: metrics)
                return LoopShard(shard, eventLoop: eventLoop)
            }
            shards.append(try await shard.get())
        }
        self.shards = shards
        self.shardOfLoop = Dictionary(uniqueKeysWithValues: shards.map { (ObjectIdentifier($0.eventLoop), $0) })
        for shard in shards {
            shard.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] task in
                // The loop outlives a hub that comes and goes.
                guard self != nil else { return task.cancel() }
                shard.shard.tick()
            }
        }
    }

    /// A hub on its own, to be run with ``run()``.
    ///
    /// It reads the newest alarms, so that everyone can resume at once after a restart.
    ///
    /// - Parameters:
    ///   - journal: where alarms are kept; for this hub alone.
    ///   - configuration: what it keeps and how much it takes.
    ///   - eventLoopGroup: whose threads bring alarms to streams; that of the process where not given. It must not be shut down
    ///     before ``run()`` has returned.
    ///   - logger: is told what goes wrong, and when streams are ended.
    ///   - metrics: where it counts and times; what the process was bootstrapped with where not given.
    /// - Throws: ``JournalError`` when the journal cannot be read.
    public convenience init(
        journal: HubJournal, configuration: Configuration = Configuration(),
        eventLoopGroup: (any EventLoopGroup)? = nil, logger: Logger = Logger(label: "tocsin"),
        metrics: (any MetricsFactory)? = nil
    ) async throws {
        let group = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        var configuration = configuration
        configuration.retention.keyAge = journal.keyRetention
        try await self.init(
            journal: journal.journal, eventLoops: Array(group.makeIterator()), configuration: configuration,
            now: Timestamp.now, logger: logger, metrics: metrics ?? MetricsSystem.factory, closeJournal: journal.close)
    }

    /// A shard for the next stream of this process: each in turn.
    func nextShard() -> LoopShard {
        let number = shardsGiven.withLockedValue { given in
            defer { given &+= 1 }
            return given
        }
        return shards[number % shards.count]
    }

    /// The shard of an event loop, on that loop; `nil` for a loop that the hub was not made with.
    package func shard(on eventLoop: any EventLoop) -> Shard? {
        shardOfLoop[ObjectIdentifier(eventLoop)]?.shard
    }
}
