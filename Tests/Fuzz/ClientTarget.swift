import Dispatch
import EventSourceClient
import EventStreamReference
import SeededRandomness
import ServerSentEvents

/// The client, with a server that answers what was made up and broken: it lives, and ends when it is told to.
struct ClientTarget: FuzzTarget {
    /// How long an answer without end is listened to.
    private static let patience = DispatchTimeInterval.milliseconds(60)
    private let server = AnsweringServer()

    func run(_ generator: inout SeededGenerator) throws(Finding) -> String {
        let answers = (0...generator.index(below: 3)).map { _ in generator.answer() }
        server.answers = answers
        var options = EventSource.Options()
        options.reconnectionTime = .zero
        options.retriedStatuses = [503]
        options.limits = EventStreamParser.Limits(lineLength: 10_000, dataLength: 10_000)
        let source = EventSource(url: "http://127.0.0.1:\(server.port)/", options: options)
        let ended = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        let listening = Task {
            outcome.text = await Self.listen(to: source, attempts: answers.count)
            ended.signal()
        }
        if ended.wait(timeout: .now() + Self.patience) == .timedOut {
            listening.cancel()
            guard ended.wait(timeout: .now() + 20) == .success else {
                throw Finding("it does not end when it is cancelled, after \(answers.map(\.shown))")
            }
        }
        return outcome.text
    }

    private static func listen(to source: EventSource, attempts: Int) async -> String {
        var waits = 0
        var events = 0
        do {
            for try await update in source.updates {
                switch update {
                case .item: events += 1
                case .state(.waiting):
                    waits += 1
                    if waits == attempts { return events > 0 ? "heard" : "cut off" }
                case .state: break
                }
            }
            return Task.isCancelled ? "cancelled" : "stopped"
        } catch is CancellationError {
            return "cancelled"
        } catch {
            return "refused"
        }
    }

    /// Unchecked, since it is read after it was written, for which a semaphore cares.
    private final class Outcome: @unchecked Sendable {
        var text = ""
    }
}

extension SeededGenerator {
    /// An answer to a request for a stream, more or less.
    fileprivate mutating func answer() -> AnsweringServer.Answer {
        var bytes = Array((chance(50) ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" : head()).utf8)
        bytes += chance(70) ? soup() : Array("data: a\n\nid: 7\nretry: 1\ndata: b\r\n\r\n".utf8)
        if chance(20) { bytes += Array("0\r\n\r\n".utf8) }
        if chance(50) {
            let broken = mutated(
                bytes, alphabet: Array("\r\n :;,/0123456789abcdefHTP-".utf8) + [0x00, 0x7F, 0x80, 0xFF])
            // Nobody else is ever asked.
            if !broken.mayLeadElsewhere { bytes = broken }
        }
        return AnsweringServer.Answer(pieces: cut(bytes, upTo: 400), closes: chance(85))
    }

    private mutating func head() -> String {
        let status =
            element(of: [
                "200 OK", "200 OK", "200 OK", "200", "204 No Content", "301 Moved", "302 Found", "307 x", "304 x",
                "503 Service Unavailable", "404 Not Found", "100 Continue", "101 Switching Protocols",
                "103 Early Hints",
                "000 x", "099 x", "999 x", "1000 x", "-20 x", "２００ x",
            ]) ?? "200"
        let version = element(of: ["1.1", "1.1", "1.1", "1.0", "1.2", "2.0", "0.9", ""]) ?? "1.1"
        var lines = ["HTTP/\(version) \(status)"]
        for _ in 0...index(below: 5) {
            let field =
                element(of: [
                    "Content-Type: text/event-stream", "Content-Type: text/event-stream;charset=utf-8",
                    "Content-Type: text/event-stream", "content-type: TEXT/EVENT-STREAM", "Content-Type: text/html",
                    "Content-Type:",
                    "Content-Length: 0", "Content-Length: 7", "Content-Length: 99999999999999999999",
                    "Content-Length: -1",
                    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Connection: close",
                    "Connection: upgrade",
                    "Upgrade: websocket", "Retry-After: 0", "Retry-After: 99999999999999999999", "Retry-After: -1",
                    "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", "Content-Encoding: gzip", "Location: /",
                    "Location: /a b",
                    "Location:", "Location: ?", "Location: #", "Location: %", "Location: http:", "Location: ftp:/",
                    "Location: http:///", "Location: :0", "Location: http://127.0.0.1:0/",
                    "Location: http://127.0.0.1:99999/",
                    "Location: http://[::1]:70000/", "Location: http://127.0.0.1:-1/", "Set-Cookie: a=b", ": a",
                    "a b: c", "a",
                    "X-Long: \(String(repeating: "x", count: 9000))",
                ]) ?? ""
            lines.append(field)
        }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
}

extension [UInt8] {
    /// Whether this could be a redirect to another machine.
    fileprivate var mayLeadElsewhere: Bool {
        let text = String(decoding: self, as: UTF8.self).lowercased()
        return text.contains("location") && (text.contains("//") || text.contains("http:") || text.contains("ftp:"))
    }
}
