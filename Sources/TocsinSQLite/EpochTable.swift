import Tocsin

/// Which `low` belongs to which `high`: the journal's openings, each with a `high` of its own and the `low` that it began
/// with.
///
/// An id is known only if its `high` is one of these and its `low` was given out under it. So a journal that lost
/// something, by a restored backup or a disk that lied, never takes an id of the lost part for one of its own.
struct EpochTable: Hashable, Sendable {
    struct Epoch: Hashable, Sendable {
        let high: UInt64
        let firstLow: UInt64
    }

    /// At least one; both numbers grow.
    private let epochs: [Epoch]

    /// - Parameter epochs: by their `high`.
    /// - Returns: `nil` where there are none, or they contradict each other.
    init?(_ epochs: [Epoch]) {
        guard let first = epochs.first, first.high > 0, first.firstLow > 0 else { return nil }
        for (earlier, later) in zip(epochs, epochs.dropFirst()) {
            guard earlier.high < later.high, earlier.firstLow <= later.firstLow else { return nil }
        }
        self.epochs = epochs
    }

    /// The id of the entry with this number. O(log number of openings), O(1) for the last one's.
    func id(of low: UInt64) -> AlarmID {
        // The last epoch that does not begin after it; entries before the first cannot be.
        let index = max(1, partition { $0.firstLow > low }) - 1
        return AlarmID(high: epochs[index].high, low: low)
    }

    /// The id of the journal's end.
    ///
    /// - Parameter low: the newest entry's; 0 where there was none yet.
    func head(_ low: UInt64) -> AlarmID {
        low == 0 ? AlarmID(high: epochs[epochs.count - 1].high, low: 0) : id(of: low)
    }

    /// Whether this journal has given out `id`, for an entry or as the position of an empty journal.
    func isKnown(_ id: AlarmID, head: UInt64) -> Bool {
        let index = partition { $0.high >= id.high }
        guard index < epochs.count, epochs[index].high == id.high else { return false }
        if id.low == 0 { return epochs[index].firstLow == 1 }
        return id.low >= epochs[index].firstLow && id.low <= min(head, lastLow(of: index))
    }

    /// The greatest number of an entry, be there one or not, whose id is not beyond `id`.
    func low(notBeyond id: AlarmID) -> UInt64 {
        let count = partition { $0.high > id.high }
        guard count > 0 else { return 0 }
        let epoch = epochs[count - 1]
        guard epoch.high == id.high else { return lastLow(of: count - 1) }
        return min(max(id.low, epoch.firstLow - 1), lastLow(of: count - 1))
    }

    private func lastLow(of index: Int) -> UInt64 {
        index + 1 < epochs.count ? epochs[index + 1].firstLow - 1 : .max
    }

    /// The first index for which `isBeyond` holds, as it does for all after it.
    private func partition(_ isBeyond: (Epoch) -> Bool) -> Int {
        if let last = epochs.last, !isBeyond(last) { return epochs.count }
        var lower = 0
        var upper = epochs.count
        while lower < upper {
            let middle = lower + (upper - lower) / 2
            if isBeyond(epochs[middle]) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
