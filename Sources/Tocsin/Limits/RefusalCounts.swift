import NIOConcurrencyHelpers

/// How often something was refused since the start, by reason.
package final class RefusalCounts: Sendable {
    private let counts = NIOLockedValueBox<[RefusalReason: Int]>([:])

    package init() {}

    package func count(_ reason: RefusalReason) {
        counts.withLockedValue { $0[reason, default: 0] += 1 }
    }

    package subscript(reason: RefusalReason) -> Int {
        counts.withLockedValue { $0[reason, default: 0] }
    }
}
