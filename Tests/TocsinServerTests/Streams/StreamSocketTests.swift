import NIOCore
import NIOEmbedded
import NIOPosix
import Patience
import Testing

@testable import TocsinServer

#if os(Linux)
@Suite struct StreamSocketTests {
    /// Two ends of a TCP connection over the loopback; the server's is the one that sends.
    private struct Pair {
        let client: RawConnection
        let channel: any Channel

        func onLoop<Value: Sendable>(_ body: @escaping @Sendable (StreamSocket) throws -> Value) async throws -> Value {
            try await channel.eventLoop.submit { [channel] in
                try body(try #require(StreamSocket(of: channel)))
            }.get()
        }
    }

    private func withPair(receiveBuffer: Int32? = nil, _ body: (Pair) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let accepted = group.next().makePromise(of: (any Channel).self)
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.socketOption(.so_sndbuf), value: 16 << 10)
            .childChannelInitializer { channel in
                accepted.succeed(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await RawConnection(
            to: try #require(listener.localAddress?.port), receiveBuffer: receiveBuffer)
        let channel = try await accepted.futureResult.get()
        let result = await Result.caught { try await body(Pair(client: client, channel: channel)) }
        try await group.shutdownGracefully()
        try result.get()
    }

    @Test("What the kernel takes arrives")
    func arrives() async throws {
        try await withPair { pair in
            let bytes = Array("data: 1\n\n".utf8)
            let count = try await pair.onLoop { $0.send(ByteBuffer(bytes: bytes)) }
            #expect(count == bytes.count)
            #expect(try await pair.client.bytes(bytes.count) == bytes)
        }
    }

    @Test("A kernel that is full takes a part, then nothing, and again something when the peer has read")
    func fullBuffer() async throws {
        try await withPair(receiveBuffer: 4096) { pair in
            try await pair.client.setReading(false)
            let part = [UInt8](repeating: 0x78, count: 100_000)
            // It moves a little on while the peer's kernel takes what it can.
            var sent = 0
            var count = 0
            repeat {
                count = try await pair.onLoop { $0.send(ByteBuffer(bytes: part)) }
                #expect(count < part.count)
                sent += count
            } while count > 0
            #expect(sent > 0)
            try await pair.client.setReading(true)
            _ = try await pair.client.bytes(sent)
            let more = try await pair.onLoop { $0.send(ByteBuffer(bytes: [1])) }
            #expect(more == 1)
        }
    }

    @Test("A connection whose peer is gone takes nothing, and sends no signal")
    func peerGone() async throws {
        try await withPair { pair in
            // The channel cannot notice while its loop is busy.
            async let count = pair.onLoop { socket in
                let deadline = ContinuousClock.now + patience
                var count = 1
                while count > 0, ContinuousClock.now < deadline { count = socket.send(ByteBuffer(bytes: [1])) }
                return count
            }
            _ = try await pair.client.bytes(1)
            try await pair.client.reset()
            #expect(try await count == 0)
        }
    }

    @Test("The bytes that the peer has acknowledged grow by what was sent")
    func acknowledged() async throws {
        try await withPair { pair in
            let before = try #require(try await pair.onLoop { $0.acknowledgedBytes() })
            let bytes = [UInt8](repeating: 0x78, count: 5000)
            let count = try await pair.onLoop { $0.send(ByteBuffer(bytes: bytes)) }
            #expect(count == bytes.count)
            _ = try await pair.client.bytes(bytes.count)
            let deadline = ContinuousClock.now + patience
            while try await pair.onLoop({ $0.acknowledgedBytes() }) != before + UInt64(bytes.count) {
                try #require(ContinuousClock.now < deadline)
            }
        }
    }

    @Test("A channel without a socket has none to write to")
    func noSocket() {
        #expect(StreamSocket(of: EmbeddedChannel()) == nil)
    }
}
#endif
