import DequeModule

/// A shard's window of exactly the alarms in (``floor``, position], indexed by address: what most streams resume from.
///
/// Bounded by count and bytes; the oldest go first. It is a copy of the journal's end, so what retention removes there,
/// goes here too.
struct RecentWindow {
    struct Limits: Sendable {
        var alarms = 10_000
        /// Counts entries, their frames and the index.
        var bytes = 32 << 20
    }

    private struct Record {
        let entry: Entry
        let cost: Int
        var isWithdrawn = false
        /// Made at first need.
        var variants: Variants?
        /// By variant, made at first need.
        var frames: [[UInt8]?]
    }

    private let limits: Limits
    private let defaultLanguage: LanguageTag?
    private var records = Deque<Record>()
    /// The number of the first record; records are numbered in the order they came.
    private var firstNumber = 0
    /// The numbers of the records that concern an address, in order.
    private var numbers: [Address: Deque<Int>] = [:]
    private var bytes = 0

    /// The window has everything after it.
    private(set) var floor: AlarmID

    init(floor: AlarmID, limits: Limits, defaultLanguage: LanguageTag?) {
        self.floor = floor
        self.limits = limits
        self.defaultLanguage = defaultLanguage
    }

    var count: Int { records.count }

    /// Takes in the next entry. Amortized O(addresses).
    mutating func append(_ entry: Entry) {
        if let target = entry.withdraws, let index = index(of: target) {
            records[index].isWithdrawn = true
        }
        let cost = Self.cost(of: entry)
        let number = firstNumber + records.count
        records.append(
            Record(entry: entry, cost: cost, frames: Array(repeating: nil, count: Variants.count(of: entry))))
        bytes += cost
        for address in entry.addresses {
            numbers[address, default: []].append(number)
        }
        while records.count > limits.alarms || (bytes > limits.bytes && !records.isEmpty) {
            removeFirst()
        }
    }

    /// Retention has removed everything up to `journalFloor` from the journal.
    mutating func trim(to journalFloor: AlarmID) {
        while let first = records.first, first.entry.id <= journalFloor {
            removeFirst()
        }
    }

    /// Nothing before `head` counts any more.
    mutating func clear(at head: AlarmID) {
        self = RecentWindow(floor: head, limits: limits, defaultLanguage: defaultLanguage)
    }

    /// Entries after `cursor` for any of `addresses`, oldest first, each once, as frames.
    ///
    /// O(log n) for each address and entry found.
    /// - Parameters:
    ///   - cursor: not less than ``floor``.
    ///   - byteLimit: after that many bytes it stops; the first frame always fits.
    ///   - preference: chooses what an entry says.
    /// - Returns: how far it has looked, or `nil` where there was nothing more.
    mutating func read(
        after cursor: AlarmID, for addresses: [Address], at now: Timestamp, byteLimit: Int,
        preference: LanguagePreference, append: (Frame) -> Void
    ) -> AlarmID? {
        let first = firstNumber + firstIndex(after: cursor)
        var sources: [Deque<Int>.SubSequence] = []
        for address in addresses {
            guard let all = numbers[address], let last = all.last, last >= first else { continue }
            sources.append(all[all.firstIndex(notLessThan: first)...])
        }
        var taken = 0
        while let number = Self.next(of: &sources) {
            let index = number - firstNumber
            // Whole entries are not copied: after a restart this runs a hundred times for each of many streams.
            guard !records[index].isWithdrawn, !records[index].entry.isExpired(at: now) else { continue }
            let frame = frame(at: index, for: preference)
            append(frame)
            taken += frame.bytes.count
            if taken >= byteLimit {
                return frame.entry.id
            }
        }
        return nil
    }

    /// The least number of all sources, taken from each that has it.
    private static func next(of sources: inout [Deque<Int>.SubSequence]) -> Int? {
        var least = Int.max
        for source in sources {
            if let first = source.first { least = min(least, first) }
        }
        guard least < Int.max else { return nil }
        for index in sources.indices where sources[index].first == least {
            sources[index] = sources[index].dropFirst()
        }
        return least
    }

    private mutating func frame(at index: Int, for preference: LanguagePreference) -> Frame {
        if records[index].variants == nil {
            records[index].variants = Variants(of: records[index].entry, defaultLanguage: defaultLanguage)
        }
        let variant = records[index].variants?.choice(for: preference) ?? 0
        if let bytes = records[index].frames[variant] {
            return Frame(records[index].entry, variant: variant, bytes: bytes)
        }
        let frame = Frame(records[index].entry, variant: variant)
        records[index].frames[variant] = frame.bytes
        return frame
    }

    /// Whether the journal has given out this id and everything after it is here. O(log n).
    func reachesBack(to id: AlarmID) -> Bool {
        index(of: id) != nil || (id == floor && floor > .zero)
    }

    private mutating func removeFirst() {
        let record = records.removeFirst()
        firstNumber += 1
        bytes -= record.cost
        floor = record.entry.id
        for address in record.entry.addresses {
            numbers[address]?.removeFirst()
            if numbers[address]?.isEmpty == true { numbers[address] = nil }
        }
    }

    private func firstIndex(after cursor: AlarmID) -> Int {
        records.partitioningIndex { $0.entry.id > cursor }
    }

    private func index(of id: AlarmID) -> Int? {
        let index = records.partitioningIndex { $0.entry.id >= id }
        return index < records.count && records[index].entry.id == id ? index : nil
    }

    /// Counts frames as if every variant were framed, and for each address its place in the index.
    private static func cost(of entry: Entry) -> Int {
        var lineEnds = entry.alarm.data?.lineEnds ?? 0
        for translation in entry.alarm.translations {
            lineEnds += translation.content.lineEnds
        }
        // Each line of data has `data: ` before it.
        return 2 * entry.estimatedSize + 160 * Variants.count(of: entry) + 160 * entry.addresses.count + 7 * lineEnds
    }
}

extension Content {
    fileprivate var lineEnds: Int {
        string.utf8.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }
}

extension RandomAccessCollection {
    /// Where the elements begin that satisfy `predicate`; none before and all after must. O(log n).
    func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
        var start = startIndex
        var length = count
        while length > 0 {
            let half = length / 2
            let middle = index(start, offsetBy: half)
            if predicate(self[middle]) {
                length = half
            } else {
                start = index(after: middle)
                length -= half + 1
            }
        }
        return start
    }
}

extension Deque where Element == Int {
    fileprivate func firstIndex(notLessThan number: Int) -> Int {
        partitioningIndex { $0 >= number }
    }
}
