/// What has come on all streams together.
package struct Delivery: Hashable, Sendable {
    /// Alarms that were received, on whichever stream.
    package var events = 0
    /// Those among them that came a second time, or after a later one.
    package var repeated = 0
    /// Those that had not come when a later one did.
    package var skipped = 0
    /// What must come: each alarm whose publish was answered, on each stream that it concerns.
    package var expected = 0
    /// From publish to event.
    package var latencies = LatencyHistogram()
    /// When the newest came, in nanoseconds of uptime.
    package var lastEventTime: UInt64 = 0

    package init() {}

    package var missing: Int { max(0, expected - (events - repeated)) }
}
