package import Tocsin

/// What every journal promises, as checks to run against each.
///
/// A check takes a journal that is empty and new, and fails through the test that runs it.
package enum JournalConformance {
    /// A journal to check, and the clock that it lives by.
    package struct Subject: Sendable {
        package let journal: any Journal
        package let clock: ManualClock
        /// Seconds; the journal was made with it.
        package static let keyRetention = 1000
        package let close: @Sendable () async -> Void

        package init(_ journal: any Journal, clock: ManualClock, close: @escaping @Sendable () async -> Void) {
            self.journal = journal
            self.clock = clock
            self.close = close
        }
    }

    /// One promise.
    package struct Check: Sendable, CustomStringConvertible {
        /// A sentence about behaviour.
        package let description: String
        /// Whether it takes pages to be as long as their limit lets them.
        package let needsFullPages: Bool
        package let run: @Sendable (Subject) async throws -> Void

        init(
            _ description: String,
            needsFullPages: Bool = false,
            run: @escaping @Sendable (Subject) async throws -> Void
        ) {
            self.description = description
            self.needsFullPages = needsFullPages
            self.run = run
        }
    }

    package static let checks =
        appending + contents + pages + withdrawal + keys + retention + commits + model

    /// Those that a journal keeps whose pages end early.
    package static var checksOfAnyPages: [Check] { checks.filter { !$0.needsFullPages } }
}
