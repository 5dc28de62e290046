import Logging
import NIOConcurrencyHelpers
import Testing

@testable import Tocsin

@Suite struct RecurringLogTests {
    private struct Recorder: LogHandler {
        let lines: NIOLockedValueBox<[String]>
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0)=\($1)" }.joined()
            lines.withLockedValue { $0.append("\(event.level): \(event.message)\(details)") }
        }
    }

    private let lines = NIOLockedValueBox<[String]>([])
    private let uptime = NIOLockedValueBox<UInt64>(5)
    private let log: RecurringLog

    init() {
        let (lines, uptime) = (lines, uptime)
        log = RecurringLog(Logger(label: "test") { _ in Recorder(lines: lines) }) { uptime.withLockedValue(\.self) }
    }

    private func pass(seconds: UInt64) {
        uptime.withLockedValue { $0 += seconds * 1_000_000_000 }
    }

    @Test("What is said again and again is logged once in ten seconds, with how often it was not")
    func repeating() {
        for number in 0..<1000 { log.log(.error, "full", metadata: ["requests": "\(number)"]) }
        pass(seconds: 9)
        log.log(.error, "full")
        #expect(lines.withLockedValue(\.self) == ["error: full requests=0"])
        pass(seconds: 1)
        log.log(.error, "full", metadata: ["requests": "1"])
        pass(seconds: 10)
        log.log(.error, "full")
        #expect(lines.withLockedValue(\.self).dropFirst() == ["error: full omitted=1000 requests=1", "error: full"])
    }

    @Test("Another message is logged at once")
    func another() {
        log.log(.error, "full")
        log.log(.notice, "again")
        log.log(.error, "full")
        #expect(lines.withLockedValue(\.self) == ["error: full", "notice: again"])
    }

    @Test("What is remembered is bounded")
    func bounds() {
        for number in 0..<250 { log.log(.error, "\(number)") }
        log.log(.error, "249")
        log.log(.error, "0")
        #expect(lines.withLockedValue(\.count) == 251)
    }
}
