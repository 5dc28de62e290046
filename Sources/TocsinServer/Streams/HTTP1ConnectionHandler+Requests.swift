import HummingbirdCore
import NIOCore
import NIOHTTP1

/// Where the parts of requests go: to Hummingbird, or into the queue behind a request for a stream.
extension HTTP1ConnectionHandler {
    func receive(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            waitingSince = .now()
            unwantedBytes = 0
            let target = StreamTarget(head.method.rawValue, head.uri)
            switch machine.receivedHead(isStreamRequest: target != nil, isKeepAlive: !head.isLast) {
            case .forward:
                announcesKeepAlive = head.version.isBefore1_1 && head.isKeepAlive
                guard attach(context) else { return }
                continueIfExpected(head, context: context)
                context.fireChannelRead(wrapInboundOut(part))
            case .keep:
                streamHead = head
                streamTarget = target
            case .queue:
                queue.append(.part(part))
            case .drop:
                break
            }
        case .body(let bytes):
            if machine.isAnsweredEarly {
                unwantedBytes += bytes.readableBytes
                // A body that is a little too long does not cost its client the connection. But who was refused could send
                // for as long as a request may take.
                if unwantedBytes > 16 * configuration.maximumBody { return linger(context) }
            }
            perform(machine.receivedBody(), with: part, context: context)
        case .end:
            perform(machine.receivedEnd(), with: part, context: context)
        }
    }

    private func perform(
        _ action: HTTP1ConnectionStateMachine.PartAction, with part: HTTPServerRequestPart,
        context: ChannelHandlerContext
    ) {
        switch action {
        case .forward: context.fireChannelRead(wrapInboundOut(part))
        case .decide: decide(context)
        case .queue: queue.append(.part(part))
        case .drop: break
        }
    }

    /// Takes up what was sent after a request for a stream that did not become one.
    func receiveQueued(_ context: ChannelHandlerContext) {
        waitingSince = .now()
        let queued = queue
        queue = []
        for item in queued where !machine.isClosing {
            switch item {
            case .part(let part): receive(part, context: context)
            case .failure(let failure): fail(failure, context: context)
            }
        }
        if !queued.isEmpty {
            // What is forwarded is handed on only then, and the read that brought it is over.
            context.fireChannelReadComplete()
        }
        readOn(context)
    }

    func forgetQueued(_ context: ChannelHandlerContext) {
        queue = []
        readOn(context)
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard isReadHeld, queue.isEmpty else { return }
        isReadHeld = false
        context.read()
    }

    /// At the first request for the router: adds what Hummingbird needs.
    ///
    /// - Returns: whether it is there now.
    private func attach(_ context: ChannelHandlerContext) -> Bool {
        guard !isAttached else { return true }
        isAttached = true
        do {
            try context.channel.syncOptions?.setOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator())
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandler(HTTPTypesCodec(isSecure: configuration.isSecure))
            try pipeline.addHandler(HTTPConnectionStateHandler(logger: configuration.logger))
            finishRequests(
                with: try RequestChannel(
                    wrappingChannelSynchronously: context.channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true)))
            return true
        } catch {
            context.close(promise: nil)
            return false
        }
    }

    /// A client that asks first whether its body is wanted waits for this (RFC 9110 10.1.1).
    private func continueIfExpected(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let expectation = head.headers[canonicalForm: "expect"]
        guard !head.version.isBefore1_1, expectation.contains(where: { $0.lowercased() == "100-continue" }) else {
            return
        }
        let length = head.headers[canonicalForm: "content-length"].first.flatMap { Int($0) } ?? 0
        guard length <= configuration.maximumBody else {
            // It will be refused as too large, and need not come for that.
            machine.unwantedBody()
            return
        }
        if machine.expectsContinue() { writeContinue(context) }
    }

    func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }
}
