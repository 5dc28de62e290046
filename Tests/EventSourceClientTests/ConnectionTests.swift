import Foundation
import NIOCore
import ServerSentEvents
import SteppedClock
import Synchronization
import Testing

@testable import EventSourceClient

/// What a connection goes through on a network, and with a server, that are as they are.
@Suite struct ConnectionTests {
    @Test("Where nobody listens it tries again, longer apart each time, until somebody does")
    func refused() async throws {
        let clock = SteppedClock()
        let port = Mutex(0)
        try await StreamServer.serving { server in port.withLock { $0 = server.port } }
        let freed = port.withLock(\.self)
        let source = EventSource("http://127.0.0.1:\(freed)/stream", clock) { $0.randomness = { 0.5 } }
        var updates = source.updates.makeAsyncIterator()
        for seconds in [6, 9, 15] {
            let wait = try await updates.wait()
            #expect(wait.time == .seconds(seconds))
            #expect(wait.error.code == .connectionFailed)
            #expect(wait.error.message == "no connection with \(source.url): connection refused")
            if seconds < 15 {
                async let passing: Void = clock.pass(wait.time)
                try await updates.skip { if case .connecting = $0 { true } else { false } }
                await passing
            }
        }
        try await StreamServer.serving(port: freed) { server in
            async let passing: Void = clock.pass(.seconds(15))
            async let connection = server.stream("data: a\n\n")
            let event = try await updates.event()
            #expect(event?.data == "a")
            await passing
            try await connection.connection.close()
            // It was open, so that the failures before do not count any more.
            let wait = try await updates.wait()
            #expect(wait.time == .seconds(4.5))
        }
    }

    @Test("A server that accepts and never answers is given up for this attempt")
    func neverAnswers() async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let accepting = Task {
                let connection = try await server.connection()
                _ = try await connection.request()
                await clock.pass(.seconds(30))
                await connection.closedByClient()
            }
            var updates = EventSource(server.url, clock).updates.makeAsyncIterator()
            let wait = try await updates.wait()
            #expect(wait.time == .seconds(3))
            #expect(wait.error.code == .timedOut)
            try await accepting.value
        }
    }

    @Test("A stream that brings no byte is given up for dead, and a comment is a byte")
    func liveness() async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let source = EventSource(server.url, clock) { $0.livenessTimeout = .seconds(10) }
            async let accepted = server.stream()
            var updates = source.updates.makeAsyncIterator()
            try await updates.skip { if case .open = $0 { true } else { false } }
            let connection = try await accepted.connection
            for _ in 0..<3 {
                async let sending: Void = {
                    await clock.sleeper(for: .seconds(10))
                    clock.advance(by: .seconds(9))
                    try await connection.send(":\n")
                }()
                guard case .item(.comment(""))? = try await updates.next() else {
                    Issue.record("no comment")
                    return
                }
                try await sending
            }
            async let passing: Void = clock.pass(.seconds(10))
            let wait = try await updates.wait()
            await passing
            #expect(wait.error.code == .timedOut)
            #expect(wait.time == .seconds(3))
            await connection.closedByClient()
        }
    }

    @Test("Each byte by itself makes the same events")
    func trickle() async throws {
        try await StreamServer.serving { server in
            let sending = Task {
                let connection = try await server.stream().connection
                for byte in "\u{FEFF}event: 알람\r\ndata: 예약에\r\ndata: 성공했습니다!\r\nid: 1\r\n\r\ndata: 끝\r\r".utf8 {
                    try await connection.send([byte])
                }
            }
            var events = EventSource(server.url).events.makeAsyncIterator()
            let event = try await events.next()
            #expect(event?.type.string == "알람" && event?.data == "예약에\n성공했습니다!")
            // A lone CR ends its line at once.
            let last = try await events.next()
            #expect(last?.data == "끝")
            try await sending.value
        }
    }

    @Test("A stream that breaks off in mid-event is resumed before it", arguments: [true, false])
    func breaksOff(isReset: Bool) async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let sending = Task {
                let connection = try await server.connection()
                _ = try await connection.request()
                try await connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "10\r\ndata: a\nid: 1\n\nd\r\n20\r\nata: b\nid: 2\n")
                return connection
            }
            var updates = EventSource(server.url, clock).updates.makeAsyncIterator()
            let first = try await updates.event()
            #expect(first?.data == "a")
            let connection = try await sending.value
            if isReset {
                let options = try #require(connection.channel as? any SocketOptionProvider)
                try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            try await connection.close()
            let wait = try await updates.wait()
            #expect(wait.error.code == .connectionFailed)
            async let passing: Void = clock.pass(.seconds(3))
            async let next = server.stream("data: b\n\n")
            let event = try await updates.event()
            #expect(event?.data == "b")
            #expect(try await next.request["Last-Event-ID"] == ["1"])
            await passing
        }
    }

    @Test(
        "A line or an event that is too long ends it with an error, and is not asked for again",
        arguments: ["data: ", "", ": "])
    func tooLarge(field: String) async throws {
        try await StreamServer.serving { server in
            let sending = Task {
                let connection = try await server.stream("data: before\n\n" + field).connection
                // A hundred megabytes, if they were wanted.
                for _ in 0..<100 { try await connection.send(repeatElement(UInt8(ascii: "x"), count: 1 << 20)) }
            }
            var events = EventSource(server.url) { $0.limits = .init(lineLength: 1 << 21) }.events.makeAsyncIterator()
            let before = try await events.next()
            #expect(before?.data == "before")
            do {
                _ = try await events.next()
                Issue.record("an event")
            } catch let error as EventSourceError {
                #expect(error.code == .tooLarge)
            }
            await #expect(throws: (any Error).self) { try await sending.value }
            let after = try await events.next()
            #expect(after == nil)
        }
    }

    @Test("What is not asked for is not read: a server that sends on and on has to wait")
    func backPressure() async throws {
        try await StreamServer.serving { server in
            async let accepted = server.stream("data: first\n\n")
            var events = EventSource(server.url).events.makeAsyncIterator()
            let first = try await events.next()
            #expect(first?.data == "first")
            let connection = try await accepted.connection
            let block = "data: " + String(repeating: "x", count: 1 << 16) + "\n\n"
            // Until the kernel takes no more.
            var sent = 0
            while connection.channel.isWritable, sent < 1000 {
                connection.channel.writeAndFlush(ByteBuffer(string: block), promise: nil)
                try await connection.channel.eventLoop.submit {}.get()
                sent += 1
            }
            #expect(sent < 1000)
            for _ in 0..<sent {
                let event = try await events.next()
                #expect(event?.data.utf8.count == 1 << 16)
            }
        }
    }

    @Test("When its task is cancelled the connection is closed", arguments: [true, false])
    func cancellation(isOpen: Bool) async throws {
        try await StreamServer.serving { server in
            let source = EventSource(server.url)
            let reader = Task { for try await _ in source.events {} }
            let connection = try await isOpen ? server.stream().connection : server.connection()
            if isOpen {
                for await state in source.states { if case .open = state { break } }
            } else {
                _ = try await connection.request()
            }
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            await connection.closedByClient()
        }
    }

    @Test("When its task is cancelled while it waits nobody connects any more")
    func cancellationWhileWaiting() async throws {
        let clock = SteppedClock()
        try await StreamServer.serving { server in
            let source = EventSource(server.url, clock)
            let reader = Task { for try await _ in source.events {} }
            try await server.stream().connection.close()
            await clock.sleeper(for: .seconds(3))
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
        }
    }

    @Test("When the loop ends the connection is closed, and another loop goes on where it ended")
    func anotherLoop() async throws {
        try await StreamServer.serving { server in
            let source = EventSource(server.url)
            async let first = server.stream("data: a\nid: 1\n\ndata: b\nid: 2\n\ndata: c\nid: 3\n\n")
            // What has come in one piece, and was not taken, does not count.
            for try await event in source.events where event.data == "b" { break }
            #expect(source.lastEventID.string == "2")
            try await first.connection.closedByClient()
            async let event = source.events.first { _ in true }
            let second = try await server.connection()
            #expect(try await second.request()["Last-Event-ID"] == ["2"])
            try await second.send(ServerConnection.streamHead + "data: c\nid: 3\n\n")
            #expect(try await event?.data == "c")
        }
    }

    @Test("A source has one loop at a time")
    func inUse() async throws {
        try await StreamServer.serving { server in
            let source = EventSource(server.url)
            async let accepted = server.stream("data: a\n\n")
            var events = source.events.makeAsyncIterator()
            _ = try await events.next()
            let error = await #expect(throws: EventSourceError.self) { for try await _ in source.events {} }
            #expect(error?.code == .inUse)
            try await accepted.connection.send("data: b\n\n")
            let event = try await events.next()
            #expect(event?.data == "b")
        }
    }

    @Test("One host may have more streams than a connection pool usually allows")
    func manyStreams() async throws {
        try await StreamServer.serving { server in
            let sources = (0..<40).map { _ in EventSource(server.url) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for source in sources {
                    group.addTask { for try await event in source.events where event.data == "end" { break } }
                }
                var connections: [ServerConnection] = []
                for _ in sources { connections.append(try await server.stream().connection) }
                for connection in connections { try await connection.send("data: end\n\n") }
                try await group.waitForAll()
            }
        }
    }

    @Test(
        "What is no URL to ask ends it with an error",
        arguments: [
            "", "a b", "events", "ftp://127.0.0.1/", "http://", "file:///etc/passwd", "http://127.0.0.1:65536/",
        ])
    func badURL(url: String) async throws {
        let error = await #expect(throws: EventSourceError.self) { for try await _ in EventSource(url).events {} }
        #expect(error?.code == .badRequest)
        #expect(error?.message.hasPrefix("'\(url)' is no ") == true)
    }

    @Test(
        "A URL with a password is refused, since it would not be sent, and nothing shows it",
        arguments: ["http://tiaz:secret@127.0.0.1/", "http://secret@127.0.0.1/", "http://:secret@127.0.0.1/"])
    func password(url: String) async throws {
        let error = await #expect(throws: EventSourceError.self) { for try await _ in EventSource(url).events {} }
        #expect(error?.code == .badRequest)
        #expect(error.map { "\($0)".contains("secret") } == false)
    }
}
