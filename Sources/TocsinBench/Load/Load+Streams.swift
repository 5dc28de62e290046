import NIOCore
import NIOHTTP2

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
        for _ in 0..<max(1, min(settings.openingAtOnce, streams.count) / streamsPerConnection) { openNext() }
        return promise.futureResult
    }

    private func openNext() {
        guard nextToOpen < streams.count, failure == nil, !isClosing else { return }
        let together = streams[nextToOpen..<min(streams.count, nextToOpen + streamsPerConnection)]
        nextToOpen = together.endIndex
        if settings.streamsPerConnection == nil {
            together.forEach(connect)
        } else {
            connect(together)
        }
    }

    private var streamsPerConnection: Int { settings.streamsPerConnection ?? 1 }

    /// Opens streams on one connection over HTTP/2.
    private func connect(_ streams: ArraySlice<EventStream>) {
        for stream in streams { stream.connectTime = Self.now }
        let connection = connect(isHTTP2: true) { [weak self] error in
            self?.fail("a connection for streams could not be made: \(error)")
        } _: { pipeline in
            _ = try pipeline.configureHTTP2Pipeline(
                mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
            ) { channel in
                // No stream begins at the server.
                channel.close()
            }
        }
        connection.whenSuccess { [weak self] channel in
            guard let self else { return }
            do {
                let handler = try channel.pipeline.syncOperations.handler(type: NIOHTTP2Handler.self)
                let multiplexer = try handler.syncMultiplexer()
                for stream in streams { self.open(stream, on: multiplexer) }
            } catch {
                self.fail("a connection has no HTTP/2: \(error)")
            }
        }
    }

    private func open(_ stream: EventStream, on multiplexer: NIOHTTP2Handler.StreamMultiplexer) {
        let parts = NIOLoopBound((stream, settings.target), eventLoop: loop)
        multiplexer.createStreamChannel(promise: nil) { channel in
            channel.eventLoop.makeCompletedFuture {
                let (stream, target) = parts.value
                let handler = HTTP2StreamHandler(stream, request: HTTP2StreamHandler.request(for: stream, of: target))
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
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
        if openStreams.isMultiple(of: streamsPerConnection) { openNext() }
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
