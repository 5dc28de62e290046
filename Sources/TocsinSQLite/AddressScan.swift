import GRDB
import Tocsin

/// Walks the numbers of the alarms to any of some addresses, each once, in order.
///
/// Each address is read by itself, from the index and in portions, so that what it costs depends on what is taken from
/// it and not on how much the journal holds.
struct AddressScan {
    enum Order { case oldestFirst, newestFirst }

    private struct Cursor {
        let name: [UInt8]
        /// What was read and not taken yet, the next last.
        var portion: [UInt64] = []
        var bounds: ClosedRange<UInt64>
        var isExhausted = false
    }

    private static let maximumPortion = 256

    private let statement: SQLStatement
    private let order: Order
    private var portion: Int
    private var cursors: [Cursor]

    /// - Parameters:
    ///   - bounds: the numbers to look at.
    ///   - expected: how many will be taken, if there are as many.
    init(
        _ addresses: [Address],
        within bounds: ClosedRange<UInt64>,
        order: Order,
        expecting expected: Int,
        in database: Database
    ) throws {
        statement = try SQLStatement(
            """
            SELECT low FROM addresses WHERE name = ? AND low BETWEEN ? AND ? \
            ORDER BY low \(order == .oldestFirst ? "ASC" : "DESC") LIMIT ?
            """,
            in: database
        )
        self.order = order
        self.portion = min(Self.maximumPortion, 8 + expected / max(1, addresses.count))
        self.cursors = addresses.map { Cursor(name: $0.bytes, bounds: bounds) }
    }

    mutating func next() throws -> UInt64? {
        var found: UInt64?
        for index in cursors.indices {
            if cursors[index].portion.isEmpty { try fill(&cursors[index]) }
            guard let low = cursors[index].portion.last else { continue }
            guard let best = found else {
                found = low
                continue
            }
            found = order == .oldestFirst ? min(best, low) : max(best, low)
        }
        guard let found else { return nil }
        for index in cursors.indices where cursors[index].portion.last == found {
            cursors[index].portion.removeLast()
        }
        return found
    }

    private func fill(_ cursor: inout Cursor) throws {
        guard !cursor.isExhausted else { return }
        defer { statement.reset() }
        try statement.bind(utf8: cursor.name, at: 1)
        try statement.bind(cursor.bounds.lowerBound, at: 2)
        try statement.bind(cursor.bounds.upperBound, at: 3)
        try statement.bind(Int64(portion), at: 4)
        while try statement.step() {
            cursor.portion.append(statement.low(0))
        }
        guard cursor.portion.count == portion, let last = cursor.portion.last else {
            cursor.isExhausted = true
            cursor.portion.reverse()
            return
        }
        cursor.portion.reverse()
        switch order {
        case .oldestFirst:
            cursor.isExhausted = last >= cursor.bounds.upperBound
            if !cursor.isExhausted { cursor.bounds = last + 1...cursor.bounds.upperBound }
        case .newestFirst:
            cursor.isExhausted = last <= cursor.bounds.lowerBound
            if !cursor.isExhausted { cursor.bounds = cursor.bounds.lowerBound...last - 1 }
        }
    }
}
