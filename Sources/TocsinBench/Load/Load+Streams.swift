import NIOCore

extension Load {
    /// Opens all streams; done when each has the head of its answer.
    func open() -> EventLoopFuture<Void> {
        streams = (0..<settings.streams).map { EventStream(index: $0, load: self) }
        streamsByChannel = Array(repeating: 0, count: settings.target.channels)
        for index in streams.indices { streamsByChannel[settings.target.channel(ofStream: index)] += 1 }
        let promise = loop.makePromise(of: Void.self)
        guard !streams.isEmpty else {
            promise.succeed()
            return promise.futureResult
        }
        opening = promise
        for _ in 0..<min(settings.openingAtOnce, streams.count) { openNext() }
        return promise.futureResult
    }

    private func openNext() {
        guard nextToOpen < streams.count, failure == nil, !isClosing else { return }
        nextToOpen += 1
        connect(streams[nextToOpen - 1])
    }

    private func connect(_ stream: EventStream) {
        guard !isClosing else { return }
        stream.connectTime = Self.now
        connect(
            { [settings] in
                StreamHandler(stream, request: StreamHandler.request(for: stream, of: settings.target))
            },
            orElse: { error in
                stream.ended("a stream could not connect: \(error)")
            })
    }

    func opened(_ stream: EventStream) {
        openStreams += 1
        openedTime = Self.now
        openingLatencies.record(openedTime - stream.connectTime)
        openNext()
        if openStreams == streams.count {
            opening?.succeed()
            opening = nil
        }
    }

    func streamEnded(_ stream: EventStream, wasOpen: Bool, _ reason: String) {
        if wasOpen { openStreams -= 1 }
        guard !isClosing else { return }
        guard settings.reconnects else {
            fail(reason)
            return
        }
        loop.assumeIsolated().scheduleTask(in: stream.reconnectionTime) { [weak self] in self?.connect(stream) }
    }
}
