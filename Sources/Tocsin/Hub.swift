package import Logging
package import Metrics
import NIOConcurrencyHelpers
package import NIOCore

/// The alarm server without HTTP: everything a publish and a stream go through.
///
/// A publish becomes an entry of the journal, and all that a stream sends is read off the journal in order.
package final class Hub: Sendable {
    package struct Configuration: Sendable {
        package var shard = Shard.Configuration()
        package var retention = RetentionPolicy(age: 7 * 86_400, alarms: 1_000_000, keyAge: 86_400)
        /// Streams at a time.
        package var maximumConnections = Int.max
        /// Streams at a time of one client address: of an IPv4 address, or of the /64 of an IPv6 one.
        package var maximumConnectionsPerAddress: Int?
        /// Streams at a time of one user, of which the newest stay.
        package var maximumConnectionsPerUser: Int?
        /// First event of a user's stream; `{user}` stands for the user.
        package var greeting: String?

        package init() {}
    }

    package let journal: any Journal
    package let publisher: Publisher
    package let registry: any ConnectionRegistry
    package let refusals = RefusalCounts()
    package let configuration: Configuration
    let now: WallClock
    let metrics: HubMetrics
    let gauges: HubGauges
    private let logger: Logger
    private let log: RecurringLog
    let shards: [LoopShard]
    private let shardOfLoop: [ObjectIdentifier: LoopShard]
    private let start: AlarmID
    private let admission: NIOLockedValueBox<StreamAdmission>
    /// Whether something is being done to the journal beside the requests.
    private let isMaintaining = NIOLockedValueBox(false)

    /// Fills every shard's window of recent alarms from the journal: after a restart everyone resumes at once.
    ///
    /// - Throws: ``JournalError`` when the journal cannot be read.
    package init(
        journal: any Journal, registry: any ConnectionRegistry = LocalConnectionRegistry(),
        eventLoops: [any EventLoop], configuration: Configuration, now: @escaping WallClock, logger: Logger,
        metrics factory: any MetricsFactory = NOOPMetricsHandler.instance
    ) async throws {
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
                let loopShard = LoopShard(shard, eventLoop: eventLoop)
                eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                    loopShard.shard.tick()
                }
                return loopShard
            }
            shards.append(try await shard.get())
        }
        self.shards = shards
        self.shardOfLoop = Dictionary(uniqueKeysWithValues: shards.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// The shard of an event loop, on that loop; `nil` for a loop that the hub was not made with.
    package func shard(on eventLoop: any EventLoop) -> Shard? {
        shardOfLoop[ObjectIdentifier(eventLoop)]?.shard
    }
}

// MARK: - What runs beside the requests

extension Hub {
    /// Hands every committed batch, in order, to every shard; returns when the journal closes or the Task is cancelled.
    package func dispatch() async {
        for await commit in journal.commits(after: start) {
            switch commit {
            case .entries(let entries, _):
                metrics.alarmsCommitted.increment(by: entries.count)
            case .discontinuity(let head):
                logger.warning("the journal lost its past: all streams are reset", metadata: ["head": "\(head)"])
            }
            for shard in shards {
                await shard.post(commit)
            }
        }
    }

    /// Every second looks after publishes that wait, and every third removes what retention does not keep; returns when
    /// the Task is cancelled.
    ///
    /// What the journal does runs in a Task of its own: where the disk hangs, nothing else does.
    package func maintain() async {
        var seconds = 0
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            publisher.refuseOverdue()
            seconds += 1
            let removesOutdated = seconds % 3 == 0
            let isFree = isMaintaining.withLockedValue { isMaintaining in
                defer { isMaintaining = true }
                return !isMaintaining
            }
            guard isFree else { continue }
            Task.detached { [self] in
                await publisher.probeAfterFailure()
                if removesOutdated { await removeOutdated() }
                isMaintaining.withLockedValue { $0 = false }
            }
        }
    }

    /// Removes all that retention does not keep, and tells the shards.
    package func removeOutdated() async {
        do throws(JournalError) {
            while try await journal.removeOutdated(configuration.retention) {
                if isDraining { return }
            }
            let head = try await journal.head
            let page = try await journal.alarms(
                after: head, through: head, for: .addresses([]), limit: PageLimit(alarms: 1))
            for shard in shards {
                shard.eventLoop.execute { shard.shard.retentionMoved(to: page.floor) }
            }
        } catch {
            guard error.code != .closed else { return }
            log.log(.error, "outdated alarms could not be removed, which is tried again: \(error.message)")
        }
    }
}

// MARK: - Streams

extension Hub {
    /// Counts a stream in, unless there are too many.
    ///
    /// - Parameter address: of its client.
    /// - Returns: why it may not be opened, which is counted; where it may, ``streamEnded(from:)`` must follow, with the same
    ///   address.
    package func admitStream(from address: IPAddress?) -> RefusalReason? {
        let reason = admission.withLockedValue { $0.admit(from: address) }
        if let reason { refusals.count(reason) }
        return reason
    }

    package func streamEnded(from address: IPAddress?) {
        admission.withLockedValue { $0.end(from: address) }
    }

    /// How many streams are open, or about to be.
    package var streamCount: Int {
        admission.withLockedValue(\.count)
    }

    /// The users who have a stream open.
    package func users() async -> Set<Name> {
        var users: Set<Name> = []
        for shard in shards {
            let here = try? await shard.eventLoop.submit { shard.shard.users }.get()
            users.formUnion(here ?? [])
        }
        return users
    }

    package var isDraining: Bool {
        admission.withLockedValue(\.isDraining)
    }

    /// Where a stream starts that resumes after what its client sent as the last event id.
    package func start(resumingAfter text: String) async throws(JournalError) -> Subscription.Start {
        guard let id = AlarmID(text) else {
            return .reset(.unknown, head: try await journal.head)
        }
        switch try await journal.standing(of: id) {
        case .resumable: return .after(id)
        case .expired: return .reset(.expired, head: try await journal.head)
        case .unknown: return .reset(.unknown, head: try await journal.head)
        }
    }

    /// The place that a stream has to claim; `nil` where it may stand beside any others.
    package func place(for user: Name?, client: Name?) -> ConnectionPlace? {
        guard let user, client != nil || configuration.maximumConnectionsPerUser != nil else { return nil }
        return ConnectionPlace(user: user, client: client)
    }

    /// Claims a place; see ``ConnectionRegistry/claim(_:limit:onReplaced:)``.
    package func claim(
        _ place: ConnectionPlace, onReplaced: @escaping @Sendable () -> Void
    ) async -> ConnectionClaim {
        await registry.claim(
            place, limit: configuration.maximumConnectionsPerUser ?? .max, onReplaced: onReplaced)
    }

    /// What a user's stream is greeted with.
    package func greeting(for user: Name?) -> String? {
        guard let user, let greeting = configuration.greeting else { return nil }
        return greeting.replacing("{user}", with: user.string)
    }

    /// Takes no more streams and ends those that are open, a part at a time, each with a reconnection time of its own.
    ///
    /// - Parameter duration: the most that it may take. Where the Task is cancelled, all are ended at once.
    package func drainStreams(
        within duration: Duration, clock: some Clock<Duration> = ContinuousClock()
    ) async {
        let count = admission.withLockedValue { admission in
            admission.isDraining = true
            return admission.count
        }
        let plan = DrainPlan(streams: count, within: duration)
        let start = clock.now
        if count > 0 {
            logger.info("ending \(count) streams over \(plan.duration)")
        }
        for step in 0..<plan.steps {
            if step > 0 { try? await clock.sleep(until: start.advanced(by: DrainPlan.pause * step), tolerance: nil) }
            for shard in shards {
                try? await shard.eventLoop.submit {
                    let shard = shard.shard
                    shard.end(plan.share(of: shard.count, at: step), retryingAfter: plan.retry(at: step))
                }.get()
            }
        }
        if count > 0 { logger.info("all streams have ended") }
    }
}
