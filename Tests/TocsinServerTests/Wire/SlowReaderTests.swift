import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct SlowReaderTests {
    private static let user = Audience.user(Name(known: "t"))
    private static let count = 4000
    private static let batch = 100
    private static let bytes = 1000
    /// For tests in which nobody is to be closed, also where a busy machine reads late, in seconds.
    private static let longest = 3600

    /// - Parameter recent: how many alarms are at hand: what a reader missed beyond is read from the journal.
    @Test(
        "A reader that stops for a while misses nothing, is written nothing meanwhile, and harms nobody",
        arguments: [10_000, 200], ["HTTP/1.1", "HTTP/1.0"])
    func stopsForAWhile(recent: Int, version: String) async throws {
        try await StreamListener.listening {
            $0.hub.shard.recent.alarms = recent
            $0.hub.shard.stallTimeout = Self.longest
        } _: { server in
            let slow = try await EventReader(to: server, "/connection/t", version: version, receiveBuffer: 4096)
            let others = [
                try await EventReader(to: server, "/connection/t"), try await EventReader(to: server, "/connection/t"),
            ]
            for reader in [slow] + others {
                #expect(try await reader.event().name == "position")
            }
            try await slow.connection.setReading(false)

            var ids: [String] = []
            var greatestHeld = 0
            for first in stride(from: 0, to: Self.count, by: Self.batch) {
                ids += try await server.publish(
                    (first..<(first + Self.batch)).map { .numbered($0, to: Self.user, bytes: Self.bytes) })
                for other in others {
                    #expect(try await other.events(Self.batch).map(\.id) == ids.suffix(Self.batch))
                }
                greatestHeld = max(greatestHeld, try await server.heldBytes(of: 0))
            }
            // It did fall behind, and of four megabytes little more than a batch waits for it.
            #expect(greatestHeld > 0)
            #expect(greatestHeld <= ConnectionLimits().streamBuffer.high + Self.batch * (Self.bytes + 100))

            try await slow.connection.setReading(true)
            let taken = try await slow.events(Self.count)
            #expect(taken.map(\.id) == ids)
            #expect(taken.indices.allSatisfy { taken[$0].data?.hasPrefix("\($0) x") == true })
            let last = try await server.publish([.numbered(0, to: Self.user, bytes: 1)])
            for reader in [slow] + others {
                #expect(try await reader.event().id == last[0])
            }
        }
    }

    @Test("A reader that stops again and again gets every alarm once, in order")
    func stopsAgainAndAgain() async throws {
        try await StreamListener.listening {
            $0.hub.shard.recent.alarms = 150
            $0.hub.shard.stallTimeout = Self.longest
        } _: { server in
            let slow = try await EventReader(to: server, "/connection/t", receiveBuffer: 4096)
            let other = try await EventReader(to: server, "/connection/t")
            _ = try await slow.event()
            _ = try await other.event()
            var ids: [String] = []
            var taken: [String?] = []
            for round in 0..<20 {
                try await slow.connection.setReading(round % 2 == 1)
                ids += try await server.publish(
                    (0..<Self.batch).map { .numbered($0, to: Self.user, bytes: Self.bytes) })
                _ = try await other.events(Self.batch)
                if round % 2 == 1 { taken += try await slow.events(37).map(\.id) }
            }
            try await slow.connection.setReading(true)
            taken += try await slow.events(ids.count - taken.count).map(\.id)
            #expect(taken == ids)
        }
    }

    @Test("A reader that takes nothing of the little that waits, all in the system's buffer, is closed too")
    func takesNothingOfLittle() async throws {
        try await StreamListener.listening {
            $0.hub.shard.stallTimeout = 5
            $0.sendBuffer = 512 << 10
        } _: { server in
            let stalled = try await EventReader(to: server, "/connection/t", receiveBuffer: 4096)
            let other = try await EventReader(to: server, "/connection/u")
            _ = try await stalled.event()
            try await stalled.connection.setReading(false)
            // More than the reader's system takes, less than the stream's own.
            try await server.publish((0..<20).map { .numbered($0, to: Self.user, bytes: Self.bytes) })
            #expect(try await server.heldBytes(of: 0) == 0)
            try await server.eventually("the end of the stream that takes nothing") { $0.hub.streamCount == 1 }
            let id = try await server.publish([.numbered(0, to: .everyone, bytes: 1)])
            #expect(try await other.events(2)[1].id == id[0])
        }
    }

    @Test("A reader that takes a little now and then stays, however much waits", .timeLimit(.minutes(5)))
    func takesALittle() async throws {
        try await StreamListener.listening {
            $0.hub.shard.stallTimeout = 6
        } _: { server in
            let slow = try await EventReader(to: server, "/connection/t", receiveBuffer: 4096)
            _ = try await slow.event()
            try await slow.connection.setReading(false)
            let ids = try await server.publish((0..<300).map { .numbered($0, to: Self.user, bytes: Self.bytes) })
            // For longer than the timeout, and each time as much as moves its window on.
            let end = ContinuousClock.now + .seconds(8)
            while ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(200))
                try await slow.connection.readOnce()
                #expect(server.hub.streamCount == 1)
            }
            try await slow.connection.setReading(true)
            #expect(try await slow.events(300).map(\.id) == ids)
        }
    }

    @Test("One of fifty readers stops while thousands of alarms go out: the others have theirs, and it all of its own")
    func oneOfMany() async throws {
        try await StreamListener.listening {
            $0.hub.shard.recent.alarms = 500
            $0.hub.shard.stallTimeout = Self.longest
        } _: { server in
            var readers: [EventReader] = []
            for _ in 0..<50 {
                readers.append(
                    try await EventReader(
                        to: server, "/connection/t", receiveBuffer: readers.isEmpty ? 4096 : nil))
                _ = try await readers[readers.count - 1].event()
            }
            try await readers[0].connection.setReading(false)
            var ids: [String] = []
            var greatestHeld = 0
            for first in stride(from: 0, to: 2500, by: 250) {
                ids += try await server.publish((first..<first + 250).map { .numbered($0, to: Self.user, bytes: 200) })
                for reader in readers.dropFirst() {
                    #expect(try await reader.events(250).map(\.id) == ids.suffix(250))
                }
                greatestHeld = max(greatestHeld, try await server.heldBytes(of: 0))
            }
            #expect(greatestHeld <= ConnectionLimits().streamBuffer.high + 250 * 300)
            try await readers[0].connection.setReading(true)
            #expect(try await readers[0].events(2500).map(\.id) == ids)
        }
    }

    @Test("A reader that takes nothing for too long is closed, and gives back what it held")
    func takesNothing() async throws {
        let registry = RecordingRegistry()
        try await StreamListener.listening {
            $0.hub.shard.stallTimeout = 5
            $0.registry = registry
        } _: { server in
            let stalled = try await EventReader(to: server, "/connection/t?client=a", receiveBuffer: 4096)
            let other = try await EventReader(to: server, "/connection/u")
            _ = try await stalled.event()
            _ = try await other.event()
            try await stalled.connection.setReading(false)
            #expect(server.hub.streamCount == 2)
            try await server.publish((0..<1000).map { .numbered($0, to: Self.user, bytes: Self.bytes) })
            try await server.eventually("the end of the stream that takes nothing") { $0.hub.streamCount == 1 }
            #expect(try await server.streams() == 1)
            #expect(registry.held == 0)
            let id = try await server.publish([.numbered(0, to: .everyone, bytes: 1)])
            #expect(try await other.event().id == id[0])
        }
    }
}
