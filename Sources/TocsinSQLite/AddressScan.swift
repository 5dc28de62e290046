import GRDB
import Tocsin

/// Walks the numbers of the alarms to any of some addresses, each once, in order.
///
/// Each address is read by itself, from the index and in portions: what it costs depends on what is taken from it and on
/// how many segments lie between the bounds, but not on what other addresses have.
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
    private let nextSegment: SQLStatement
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
            SELECT low FROM addresses WHERE segment = ? AND name = ? AND low BETWEEN ? AND ? \
            ORDER BY low \(order == .oldestFirst ? "ASC" : "DESC") LIMIT ?
            """,
            in: database
        )
        nextSegment = try SQLStatement(
            order == .oldestFirst
                ? "SELECT min(segment) FROM addresses WHERE segment >= ?"
                : "SELECT max(segment) FROM addresses WHERE segment <= ?",
            in: database
        )
        self.order = order
        self.portion = 8 + min(Self.maximumPortion - 8, expected / max(1, addresses.count))
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
        var empty = 0
        while cursor.portion.isEmpty, !cursor.isExhausted {
            empty += 1
            // Where alarms expire by the million there are long stretches of nothing.
            if empty.isMultiple(of: 8) { try skipEmptySegments(&cursor) }
            if !cursor.isExhausted { try fillFromSegment(&cursor) }
        }
        cursor.portion.reverse()
    }

    private func skipEmptySegments(_ cursor: inout Cursor) throws {
        defer { nextSegment.reset() }
        try nextSegment.bind(segment(of: cursor).number, at: 1)
        guard try nextSegment.step(), !nextSegment.isNull(0) else {
            cursor.isExhausted = true
            return
        }
        let bounds = AddressSegment(number: nextSegment.low(0)).bounds
        switch order {
        case .oldestFirst:
            cursor.isExhausted = bounds.lowerBound > cursor.bounds.upperBound
            if !cursor.isExhausted {
                cursor.bounds = max(bounds.lowerBound, cursor.bounds.lowerBound)...cursor.bounds.upperBound
            }
        case .newestFirst:
            cursor.isExhausted = bounds.upperBound < cursor.bounds.lowerBound
            if !cursor.isExhausted {
                cursor.bounds = cursor.bounds.lowerBound...min(bounds.upperBound, cursor.bounds.upperBound)
            }
        }
    }

    /// Where a cursor is.
    private func segment(of cursor: Cursor) -> AddressSegment {
        AddressSegment(of: order == .oldestFirst ? cursor.bounds.lowerBound : cursor.bounds.upperBound)
    }

    private func fillFromSegment(_ cursor: inout Cursor) throws {
        let segment = segment(of: cursor)
        let bounds = cursor.bounds.clamped(to: segment.bounds)
        defer { statement.reset() }
        try statement.bind(segment.number, at: 1)
        try statement.bind(utf8: cursor.name, at: 2)
        try statement.bind(bounds.lowerBound, at: 3)
        try statement.bind(bounds.upperBound, at: 4)
        try statement.bind(Int64(portion), at: 5)
        while try statement.step() {
            cursor.portion.append(statement.low(0))
        }
        // Where the portion is full there may be more in this segment, else it goes on in the next.
        let isFull = cursor.portion.count == portion
        switch order {
        case .oldestFirst:
            let last = isFull ? cursor.portion.last ?? bounds.upperBound : bounds.upperBound
            cursor.isExhausted = last >= cursor.bounds.upperBound
            if !cursor.isExhausted { cursor.bounds = last + 1...cursor.bounds.upperBound }
        case .newestFirst:
            let last = isFull ? cursor.portion.last ?? bounds.lowerBound : bounds.lowerBound
            cursor.isExhausted = last <= cursor.bounds.lowerBound
            if !cursor.isExhausted { cursor.bounds = cursor.bounds.lowerBound...last - 1 }
        }
    }
}
