/// Whether one stream gets each alarm of each publisher once, and in order.
struct SequenceCheck {
    enum Verdict: Hashable {
        case next
        /// So many before it have not come.
        case gap(Int)
        /// It has come before, or after one that was published later.
        case repeated
    }

    /// The sequence number of the newest, by publisher.
    private var newest: [UInt32] = []

    mutating func receive(_ mark: Mark) -> Verdict {
        if mark.publisher >= newest.count {
            newest.append(contentsOf: repeatElement(0, count: mark.publisher + 1 - newest.count))
        }
        let expected = newest[mark.publisher] + 1
        guard mark.sequence >= expected else { return .repeated }
        newest[mark.publisher] = mark.sequence
        return mark.sequence == expected ? .next : .gap(Int(mark.sequence - expected))
    }
}
