import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// All streams and publishers of one load; touched on its event loop only.
final class Load {
    let settings: LoadSettings
    private let secureChannels: SecureChannels?
    let loop: any EventLoop
    let allocator = ByteBufferAllocator()
    /// Tells this load's alarms from those of others.
    let token = String(UInt64.random(in: 0 ... .max), radix: 36)
    var delivery = Delivery()
    /// Of what one stream is given at the moment; kept for its memory.
    var marks: [Mark] = []
    /// Whether connections end because the load does.
    private(set) var isClosing = false
    private(set) var failure: LoadError?

    // Streams, see Load+Streams.
    var streams: [EventStream] = []
    /// How many streams each channel has.
    var streamsByChannel: [Int] = []
    var openStreams = 0
    var nextToOpen = 0
    var opening: EventLoopPromise<Void>?
    /// When the newest stream opened, in nanoseconds of uptime.
    var openedTime: UInt64 = 0
    var openingLatencies = LatencyHistogram()

    // Publishers, see Load+Publishing.
    var publishers: [Publisher] = []
    var run: PublishRun?
    /// Whether publishers wait until all is delivered; apart, since it is looked at whenever something comes.
    var awaitsDelivery = false

    init(_ settings: LoadSettings, on loop: any EventLoop) throws {
        self.settings = settings
        secureChannels = try settings.security.map(SecureChannels.init)
        self.loop = loop
    }

    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Ends what is waited for.
    func fail(_ message: String) {
        guard failure == nil, !isClosing else { return }
        let failure = LoadError(message)
        self.failure = failure
        opening?.fail(failure)
        opening = nil
        run?.promise.fail(failure)
        run = nil
    }

    /// Connects over HTTP/1.1, and lets `handler` have the connection.
    ///
    /// - Parameter failed: is told why there is none.
    func connect(
        _ handler: @escaping () -> any ChannelHandler, orElse failed: @escaping (String) -> Void
    ) {
        connect(isHTTP2: false, orElse: failed) { pipeline in
            try pipeline.addHandler(handler())
        }
    }

    /// Connects, and lets `initialize` add handlers.
    @discardableResult
    func connect(
        isHTTP2: Bool, orElse failed: @escaping (String) -> Void,
        _ initialize: @escaping (ChannelPipeline.SynchronousOperations) throws -> Void
    ) -> EventLoopFuture<any Channel>.Isolated {
        let parts = NIOLoopBound((secureChannels, initialize), eventLoop: loop)
        let connection = ClientBootstrap(group: loop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            // A second read would mostly find nothing.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (secureChannels, initialize) = parts.value
                    let pipeline = channel.pipeline.syncOperations
                    if let secureChannels { try pipeline.addHandler(secureChannels.handler(isHTTP2: isHTTP2)) }
                    try initialize(pipeline)
                }
            }
            .connect(to: settings.address)
            .assumeIsolated()
        connection.whenFailure { error in
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() }
            failed(reason ?? "\(error)")
        }
        return connection
    }

    func close() -> EventLoopFuture<Void> {
        isClosing = true
        for publisher in publishers { publisher.close() }
        let closed = streams.compactMap { $0.channel }.map { ($0.parent ?? $0).close() }
        // Those that are closed already say so.
        return EventLoopFuture.andAllComplete(closed, on: loop).assumeIsolated().map { [self] in
            // They know this load, which would never go away.
            streams = []
            publishers = []
        }.nonisolated()
    }
}
