import Logging
import NIOConcurrencyHelpers
import NIOCore

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
    public var streamCount: Int {
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

    /// Ends the streams whose passes are worth nothing any more, on every event loop.
    ///
    /// - Parameter isRevoked: looks at each pass that there is.
    package func endStreams(where isRevoked: @escaping @Sendable (StreamPass) -> Bool) async {
        for shard in shards {
            try? await shard.eventLoop.submit { shard.shard.endStreams(where: isRevoked) }.get()
        }
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
        // Where it takes no time, nobody wonders what goes on.
        let isTold = count > 0 && duration > .zero
        if isTold { logger.info("ending \(count) streams over \(plan.duration)") }
        for step in 0..<plan.steps {
            if step > 0 { try? await clock.sleep(until: start.advanced(by: DrainPlan.pause * step), tolerance: nil) }
            for shard in shards {
                try? await shard.eventLoop.submit {
                    let shard = shard.shard
                    shard.end(plan.share(of: shard.count, at: step), retryingAfter: plan.retry(at: step))
                }.get()
            }
        }
        if isTold { logger.info("all streams have ended") }
    }
}
