/// The subscribers of one address in one shard.
final class SubscriberGroup {
    let address: Address
    private(set) var members = ContiguousArray<Subscriber>()

    init(_ address: Address) {
        self.address = address
    }

    /// O(1).
    func insert(_ subscriber: Subscriber) {
        subscriber.memberships.append(Membership(group: self, index: members.count))
        members.append(subscriber)
    }

    /// O(1) but for a search among the topics of the member that takes the free place.
    func remove(at index: Int) {
        let last = members.removeLast()
        guard index < members.count else { return }
        members[index] = last
        if let place = last.memberships.firstIndex(where: { $0.group === self }) {
            last.memberships[place].index = index
        }
    }
}

/// A subscriber's place in a group.
struct Membership {
    let group: SubscriberGroup
    var index: Int
}
