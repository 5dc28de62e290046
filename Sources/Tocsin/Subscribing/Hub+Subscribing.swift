import NIOCore

extension Hub {
    /// Opens a stream of the alarms that concern a listener.
    ///
    /// It has every alarm whose publishing begins after this returns, and with another starting point also those before; it need
    /// not be iterated yet. Alarms come while ``run()`` runs.
    ///
    /// - Parameters:
    ///   - listener: who listens. Where it has a client, the stream that this client had is replaced.
    ///   - start: where it starts.
    /// - Throws: ``SubscribeError``.
    public func subscribe(
        _ listener: Listener, from start: StartingPoint = .now
    ) async throws(SubscribeError) -> AlarmStream {
        if let reason = admitStream(from: nil) {
            throw reason == .draining ? .closing : .tooManyStreams
        }
        let shard = nextShard()
        let reading = AlarmStream.Reading(on: shard.eventLoop)
        // From here on the stream ends with `reading`, and gives back what it holds.
        let begun = try await begin(reading, on: shard, from: start)
        let subscription = Subscription(
            addresses: listener.addresses, languages: listener.languages,
            start: try await self.start(begun.start, from: start), discontinuities: begun.discontinuities)
        let claim = await claim(for: listener, reading)
        do {
            // Until it stands in its shard: what is published after that comes to the shard later.
            try await shard.eventLoop.submit { reading.stream.value?.open(subscription, claim: claim) }.get()
        } catch {
            throw .closing
        }
        return AlarmStream(reading: reading)
    }

    /// Makes the stream on its loop.
    ///
    /// - Returns: where it starts, if the shard knows, and ``Shard/discontinuities`` from before anybody else is asked.
    private func begin(
        _ reading: AlarmStream.Reading, on shard: LoopShard, from start: StartingPoint
    ) async throws(SubscribeError) -> (start: Subscription.Start?, discontinuities: Int) {
        do {
            return try await shard.eventLoop.submit { [self] in
                let shard = shard.shard
                let stream = LocalStream(reading.queue, hub: self, shard: shard)
                reading.stream.value = stream
                return (start.known(to: shard), shard.discontinuities)
            }.get()
        } catch {
            // The event loops were shut down under the hub.
            streamEnded(from: nil)
            throw .closing
        }
    }

    private func start(
        _ known: Subscription.Start?, from start: StartingPoint
    ) async throws(SubscribeError) -> Subscription.Start {
        if let known { return known }
        guard case .after(let text) = start.value else { return .live }
        do throws(JournalError) {
            return try await self.start(resumingAfter: text)
        } catch {
            refusals.count(.journal)
            throw .unavailable(error.message)
        }
    }

    private func claim(for listener: Listener, _ reading: AlarmStream.Reading) async -> ConnectionClaim? {
        guard let place = place(for: listener.user, client: listener.client) else { return nil }
        let (eventLoop, stream) = (reading.eventLoop, reading.stream)
        return await claim(place) {
            eventLoop.execute { stream.value?.replaced() }
        }
    }
}

extension StartingPoint {
    /// - Returns: `nil` where only the journal can tell.
    fileprivate func known(to shard: Shard) -> Subscription.Start? {
        switch value {
        case .now: .live
        case .earliest: .earliest
        case .after(let text): shard.start(resumingAfter: text)
        }
    }
}
