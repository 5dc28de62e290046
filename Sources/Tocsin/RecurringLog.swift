package import Logging
import NIOConcurrencyHelpers

/// Logs what can happen a thousand times a second, such as a full disk: each message at once, and again after ten seconds.
package final class RecurringLog: Sendable {
    private struct Said {
        /// Until when it need not be said again; nanoseconds.
        var until: UInt64
        var omitted = 0
    }

    /// Nanoseconds.
    private static let interval: UInt64 = 10_000_000_000
    /// How many messages are remembered.
    private static let limit = 100

    private let logger: Logger
    private let uptime: Uptime
    private let said = NIOLockedValueBox<[String: Said]>([:])

    /// - Parameter uptime: nanoseconds of a clock that does not go back; the system's where not given.
    package init(_ logger: Logger, uptime: @escaping Uptime = systemUptime) {
        self.logger = logger
        self.uptime = uptime
    }

    /// Logs a message, unless the same was logged a moment ago; the next time says how often it was not.
    ///
    /// - Parameter metadata: what differs from one time to the next, which the message must not.
    package func log(_ level: Logger.Level, _ message: String, metadata: Logger.Metadata = [:]) {
        let now = uptime()
        let omitted = said.withLockedValue { said -> Int? in
            if let last = said[message], now < last.until {
                said[message]?.omitted += 1
                return nil
            }
            let omitted = said[message]?.omitted ?? 0
            if said.count >= Self.limit { said = [:] }
            said[message] = Said(until: now + Self.interval)
            return omitted
        }
        guard let omitted else { return }
        var metadata = metadata
        if omitted > 0 { metadata["omitted"] = "\(omitted)" }
        logger.log(level: level, "\(message)", metadata: metadata)
    }
}
