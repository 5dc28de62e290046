import GRDB
import Tocsin

/// Reads one page in the snapshot of the caller's transaction.
struct PageQuery {
    /// How many rows a page looks at that readers may not see, before it ends to let others read.
    private static let patience = 10_000

    let selection: Selection
    let limit: PageLimit
    let order: AddressScan.Order
    let now: Timestamp
    /// Told of rows that hold what no journal wrote.
    let damaged: @Sendable (UInt64) -> Void

    /// The alarms between two ids.
    ///
    /// - Parameters:
    ///   - after: exclusive.
    ///   - through: inclusive; the head, where it is `nil` or beyond it.
    func oldestFirst(after: AlarmID?, through: AlarmID?, in database: Database, epochs: EpochTable) throws -> Page {
        let ends = try Ends(database, epochs)
        let end = min(through ?? ends.head, ends.head)
        let first = (after.map(epochs.low(notBeyond:)) ?? 0).addingReportingOverflow(1)
        return try page(
            from: first.overflow ? .max : first.partialValue,
            through: min(epochs.low(notBeyond: end), ends.head.low),
            end: max(after ?? .zero, end),
            ends,
            in: database,
            epochs: epochs
        )
    }

    /// The alarms older than an id, or all.
    func newestFirst(before: AlarmID?, in database: Database, epochs: EpochTable) throws -> Page {
        let ends = try Ends(database, epochs)
        var last = ends.head.low
        if let before {
            let low = epochs.low(notBeyond: before)
            last = min(last, low > 0 && epochs.id(of: low) == before ? low - 1 : low)
        }
        return try page(from: 1, through: last, end: .zero, ends, in: database, epochs: epochs)
    }

    private struct Ends {
        let head: AlarmID
        let floor: AlarmID

        init(_ database: Database, _ epochs: EpochTable) throws {
            head = epochs.head(try Session.head(database))
            let low = try Session.floor(database)
            floor = low == 0 ? .zero : epochs.id(of: low)
        }
    }

    private func page(
        from first: UInt64,
        through last: UInt64,
        end: AlarmID,
        _ ends: Ends,
        in database: Database,
        epochs: EpochTable
    ) throws -> Page {
        var page = PageBuilder(limit: limit)
        var stopped: AlarmID??
        if first <= last {
            var hidden = 0
            /// - Returns: whether to go on.
            func look(at row: SQLStatement) -> Bool {
                let low = row.low(0)
                if !AlarmRow.isHidden(row, at: now) {
                    switch AlarmRow.read(row, epochs: epochs) {
                    case .entry(let entry):
                        if page.add(entry) { return true }
                        stopped = .some(nil)
                        return false
                    case .damaged: damaged(low)
                    case .withdrawn: break
                    }
                }
                hidden += 1
                guard hidden >= Self.patience else { return true }
                stopped = page.isFull ? .some(nil) : epochs.id(of: low)
                return false
            }
            switch selection {
            case .everything: try walk(first...last, in: database, look)
            case .addresses(let addresses): try walk(addresses, within: first...last, in: database, look)
            }
        }
        guard let stopped else { return page.complete(end: end, floor: ends.floor, head: ends.head) }
        return page.partial(position: stopped, floor: ends.floor, head: ends.head)
    }

    private func walk(
        _ bounds: ClosedRange<UInt64>,
        in database: Database,
        _ look: (SQLStatement) -> Bool
    ) throws {
        let rows = try SQLStatement(
            """
            SELECT \(AlarmRow.columns) FROM alarms WHERE low BETWEEN ? AND ? \
            ORDER BY low \(order == .oldestFirst ? "ASC" : "DESC")
            """,
            in: database
        )
        defer { rows.reset() }
        try rows.bind(bounds.lowerBound, at: 1)
        try rows.bind(bounds.upperBound, at: 2)
        while try rows.step() {
            guard look(rows) else { return }
        }
    }

    private func walk(
        _ addresses: [Address],
        within bounds: ClosedRange<UInt64>,
        in database: Database,
        _ look: (SQLStatement) -> Bool
    ) throws {
        let (expected, _) = limit.alarms.addingReportingOverflow(1)
        var lows = try AddressScan(addresses, within: bounds, order: order, expecting: max(expected, 1), in: database)
        let row = try SQLStatement("SELECT \(AlarmRow.columns) FROM alarms WHERE low = ?", in: database)
        defer { row.reset() }
        while let low = try lows.next() {
            row.reset()
            try row.bind(low, at: 1)
            // A damaged file may have an address without its alarm.
            guard try row.step() else { continue }
            guard look(row) else { return }
        }
    }
}
