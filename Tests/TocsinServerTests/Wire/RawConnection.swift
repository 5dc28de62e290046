#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOCore
import NIOPosix
import Testing

/// A TCP connection of a client that sends any bytes it likes and sees every byte it gets.
final class RawConnection: Sendable {
    let channel: any Channel
    private let receiver: NIOLoopBound<Receiver>

    /// - Parameters:
    ///   - security: what is spoken below, where it is TLS.
    ///   - receiveBuffer: bytes that the kernel keeps for it; the system's choice where not given.
    convenience init(to port: Int, over security: ClientSecurity? = nil, receiveBuffer: Int32? = nil) async throws {
        let receiver = Taken<NIOLoopBound<Receiver>?>(nil)
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try security?.secure(channel)
                    receiver.value = try channel.addReceiver()
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        self.init(channel, receiver: try #require(receiver.value))
    }

    /// - Parameter receiver: of the channel; it was there before the channel could end.
    init(_ channel: any Channel, receiver: NIOLoopBound<Receiver>) {
        self.channel = channel
        self.receiver = receiver
    }

    deinit {
        channel.close(promise: nil)
    }

    // MARK: Sending

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends what the server may not want any more, and so not take.
    func sendAnyway(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// Says that nothing more will come (FIN).
    func finish() async throws {
        try await channel.close(mode: .output)
    }

    /// Gives the connection up (RST).
    func reset() async throws {
        let options = try #require(channel as? any SocketOptionProvider)
        try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    /// Closes it as a client does that is done.
    func close() async throws {
        try await channel.close()
    }

    // MARK: Receiving

    /// Takes nothing more from the kernel, or goes on with it.
    func setReading(_ isReading: Bool) async throws {
        try await channel.setOption(.autoRead, value: isReading).get()
        if isReading { channel.read() }
    }

    /// Takes what one read brings from the kernel, where nothing is taken otherwise.
    func readOnce() async throws {
        try await channel.eventLoop.submit { [channel] in channel.read() }.get()
    }

    /// Waits until `attempt`, which takes what it wants from the bytes that have come, says that it has all.
    func wait(
        for what: String, _ attempt: @escaping @Sendable (inout [UInt8], Receiver.Ending?) throws -> Bool
    ) async throws {
        let receiver = receiver
        let eventLoop = channel.eventLoop
        try await eventLoop.flatSubmit {
            receiver.value.wait(for: what, on: eventLoop, attempt)
        }.get()
    }

    /// Takes the next bytes, as many as asked for.
    func bytes(_ count: Int) async throws -> [UInt8] {
        let taken = Taken<[UInt8]>([])
        try await wait(for: "\(count) bytes") { bytes, _ in
            guard bytes.count >= count else { return false }
            taken.value = Array(bytes.prefix(count))
            bytes.removeFirst(count)
            return true
        }
        return taken.value
    }

    /// Takes the next response whole.
    ///
    /// - Parameter method: of the request: there is no body in an answer to `HEAD`.
    func response(to method: String = "GET") async throws -> RawResponse {
        let taken = Taken<RawResponse?>(nil)
        try await wait(for: "a response") { bytes, ending in
            guard let (response, length) = try RawResponse.parse(bytes, to: method, ending: ending) else {
                return false
            }
            taken.value = response
            bytes.removeFirst(length)
            return true
        }
        guard let response = taken.value else { throw RawResponse.Malformed("there is none") }
        return response
    }

    /// Takes all that comes until the server ends the connection.
    func rest() async throws -> (bytes: [UInt8], ending: Receiver.Ending) {
        let taken = Taken<(bytes: [UInt8], ending: Receiver.Ending)>(([], .reset))
        try await wait(for: "the connection's end") { bytes, ending in
            guard let ending else { return false }
            taken.value = (bytes, ending)
            bytes = []
            return true
        }
        return taken.value
    }
}
