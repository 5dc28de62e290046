package import Tocsin

extension Name: ExpressibleByStringLiteral {
    package init(stringLiteral string: String) {
        guard let name = try? Name(string) else { preconditionFailure("\(string) is no name") }
        self = name
    }
}

extension Alarm {
    /// An alarm whose data is `text`.
    package static func to(_ audience: Audience, _ text: String, ttl: Int? = nil, key: Name? = nil) -> Alarm {
        Alarm(audience: audience, data: .text(text), ttl: ttl, key: key)
    }
}

extension Entry {
    package var text: String { alarm.data?.string ?? "" }
}

extension Journal {
    /// Appends one request with these alarms.
    ///
    /// - Returns: what became of each.
    @discardableResult
    package func publish(_ alarms: Alarm...) async throws -> [Publication] {
        try await publish(alarms)
    }

    @discardableResult
    package func publish(_ alarms: [Alarm]) async throws -> [Publication] {
        let results = try await append([.publish(alarms)])
        guard results.count == 1, case .published(let publications) = results[0] else {
            throw UnexpectedResult(results: results)
        }
        return publications
    }

    package func withdraw(_ id: AlarmID) async throws -> AppendResult {
        let results = try await append([.withdraw(id)])
        guard results.count == 1 else { throw UnexpectedResult(results: results) }
        return results[0]
    }

    /// Every entry that a reader sees, page by page.
    package func all(
        after: AlarmID? = nil,
        through: AlarmID? = nil,
        for selection: Selection = .everything,
        limit: Int = 100
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        var after = after
        while true {
            let page = try await alarms(after: after, through: through, for: selection, limit: PageLimit(alarms: limit))
            entries += page.entries
            if page.isComplete { return entries }
            guard page.position > after ?? .zero else { throw StuckPage(position: page.position) }
            after = page.position
        }
    }

    /// Every entry that a reader sees from the newest on, page by page.
    package func allNewest(
        before: AlarmID? = nil,
        for selection: Selection = .everything,
        limit: Int = 100
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        var before = before
        while true {
            let page = try await newestAlarms(before: before, for: selection, limit: PageLimit(alarms: limit))
            entries += page.entries
            if page.isComplete { return entries }
            guard before.map({ page.position < $0 }) ?? true else { throw StuckPage(position: page.position) }
            before = page.position
        }
    }

    /// Removes all that `policy` does not keep.
    package func removeAllOutdated(_ policy: RetentionPolicy) async throws {
        while try await removeOutdated(policy) {}
    }
}

package struct UnexpectedResult: Error {
    package let results: [AppendResult]
}

/// A page that was not complete and did not lead on.
package struct StuckPage: Error {
    package let position: AlarmID
}

extension Commits {
    /// The next entries, at least `count` of them; fewer where the sequence ends or the past was lost.
    package func collect(_ count: Int) async -> [Entry] {
        var entries: [Entry] = []
        var commits = makeAsyncIterator()
        while entries.count < count, case .entries(let batch, _) = await commits.next() {
            entries += batch
        }
        return entries
    }
}
