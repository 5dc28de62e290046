import NIOCore
import NIOEmbedded
import NIOHTTP2
import Testing

@testable import EventSourceClient

@Suite struct HTTP2PulseTests {
    private let answer = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: true))

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: HTTP2Pulse())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test("A peer that answers pings is kept, however silent it is otherwise")
    func answered() throws {
        let channel = try connection()
        for _ in 0..<10 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(15))
            guard case .ping(_, ack: false)? = try channel.readOutbound(as: HTTP2Frame.self)?.payload else {
                Issue.record("no ping")
                return
            }
            try channel.writeInbound(answer)
            channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        }
        #expect(channel.isActive)
    }

    @Test("A peer that says something by itself is not asked")
    func notAsked() throws {
        let channel = try connection()
        for _ in 0..<10 {
            try channel.writeInbound(answer)
            channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        }
        #expect(try channel.readOutbound(as: HTTP2Frame.self) == nil)
        #expect(channel.isActive)
    }

    @Test("A peer that still sends what streams have asked for is kept, though its answer is late")
    func late() throws {
        let channel = try connection()
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        for _ in 0..<10 {
            channel.pipeline.fireChannelReadComplete()
            channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        }
        #expect(channel.isActive)
    }

    @Test("A peer that does not answer is left")
    func dead() throws {
        let channel = try connection()
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(!channel.isActive)
    }
}
