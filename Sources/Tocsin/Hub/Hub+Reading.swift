extension Hub {
    /// One alarm, or the withdrawal of one.
    ///
    /// - Throws: ``JournalError`` when the journal cannot be read.
    public func alarm(_ id: AlarmID) async throws(JournalError) -> Lookup {
        try await journal.alarm(id)
    }

    /// What a stream of a listener would have been told, a page at a time.
    ///
    /// O(log n) and the page.
    ///
    /// - Parameters:
    ///   - listener: who asks.
    ///   - after: where the page starts: the ``AlarmPage/next`` of the page before; `nil` for the first.
    ///   - order: which comes first.
    ///   - limit: how many the page has at most, 1 or more; it has fewer where they are large together.
    /// - Throws: ``JournalError`` when the journal cannot be read.
    public func page(
        for listener: Listener, after: AlarmID? = nil, order: AlarmOrder = .oldest, limit: Int = 100
    ) async throws(JournalError) -> AlarmPage {
        let (page, reset) = try await page(
            of: listener.addresses, after: after?.description, order: order, limit: limit)
        let events = page.entries.map { entry in
            let variants = Variants(of: entry, defaultLanguage: configuration.defaultLanguage)
            return AlarmEvent(entry, variant: variants.choice(for: listener.languages))
        }
        return AlarmPage(
            events: events, next: page.isComplete ? nil : page.position, head: page.head, reset: reset)
    }

    /// Bytes of alarms in one page: a page of large alarms has fewer.
    private static let pageBytes = 1 << 20

    /// - Parameter after: a text that a client may have sent, and need not be an id.
    package func page(
        of addresses: [Address], after text: String?, order: AlarmOrder, limit: Int
    ) async throws(JournalError) -> (page: Page, reset: ResetReason?) {
        var after: AlarmID?
        var reset: ResetReason?
        if let text {
            switch try await start(resumingAfter: text) {
            case .after(let id): after = id
            case .reset(let reason, _): reset = reason
            case .live, .earliest: break
            }
        }
        let limit = PageLimit(alarms: limit, bytes: Self.pageBytes)
        let selection = Selection.addresses(addresses)
        switch order {
        case .oldest:
            let page = try await journal.alarms(after: after, through: nil, for: selection, limit: limit)
            // Where retention came between, the page begins with the oldest kept all the same.
            if let after, after < page.floor { reset = .expired }
            return (page, reset)
        case .newest:
            // Nothing is kept that is older than what has expired.
            let page = try await journal.newestAlarms(
                before: reset == .expired ? .zero : after, for: selection, limit: limit)
            return (page, reset)
        }
    }
}

/// Which alarms of a list come first.
public enum AlarmOrder: String, Hashable, Sendable {
    case oldest, newest
}

/// Some of what a stream would have been told.
public struct AlarmPage: Sendable {
    /// In the order that was asked for; alarms that have expired or were withdrawn are left out.
    public let events: [AlarmEvent]
    /// Where the next page starts; `nil` where there is none.
    public let next: AlarmID?
    /// The newest that there is, for whomever: a stream that starts after it goes on where this page was read.
    public let head: AlarmID
    /// Why the page could not start where it was asked to. In the order of the oldest it starts with the oldest that is kept
    /// then; in the other it has nothing where that has expired, and starts with the newest where the id is unknown.
    public let reset: ResetReason?
}
