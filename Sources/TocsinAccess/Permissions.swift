package import Tocsin

/// What permissions allow together. Asking takes the same time for one and for thousands, but for the logarithm.
package struct Permissions: Sendable {
    /// As they were given.
    package var all: [Permission] { index?.all ?? [] }
    /// `nil` for none, which most tokens have.
    private let index: Index?

    package init(_ all: [Permission]) {
        index = all.isEmpty ? nil : Index(all)
    }

    package var isEmpty: Bool { index == nil }

    /// Whether one of them allows what an address needs. Names are compared byte by byte, as everywhere.
    package func allows(_ address: Address) -> Bool {
        index?.allows(address) ?? false
    }

    private final class Index: Sendable {
        let all: [Permission]
        private let allowsAnything: Bool
        private let allowsEveryone: Bool
        private let users: Set<Name>
        private let topics: Set<Name>
        /// The beginnings of topics, in the order of their bytes. None begins with another, so that only the last one that
        /// does not come after a topic can be its beginning.
        private let beginnings: [[UInt8]]

        init(_ all: [Permission]) {
            var (users, topics): (Set<Name>, Set<Name>) = ([], [])
            var beginnings: [[UInt8]] = []
            var (allowsAnything, allowsEveryone) = (false, false)
            for permission in all {
                switch permission {
                case .user(let name): users.insert(name)
                case .topic(let name): topics.insert(name)
                case .topicsBelow(let name): beginnings.append(Array(name.string.utf8))
                case .everyone: allowsEveryone = true
                case .anything: allowsAnything = true
                }
            }
            self.all = all
            self.allowsAnything = allowsAnything
            self.allowsEveryone = allowsEveryone
            self.users = users
            self.topics = topics
            self.beginnings = beginnings.sorted { $0.lexicographicallyPrecedes($1) }
                .reduce(into: []) { kept, next in
                    if let last = kept.last, next.starts(with: last) { return }
                    kept.append(next)
                }
        }

        func allows(_ address: Address) -> Bool {
            guard !allowsAnything else { return true }
            return switch address {
            case .everyone: allowsEveryone
            case .user(let name): users.contains(name)
            case .topic(let name): topics.contains(name) || isBelowBeginning(name)
            }
        }

        private func isBelowBeginning(_ name: Name) -> Bool {
            guard !beginnings.isEmpty else { return false }
            let topic = Array(name.string.utf8)
            var (low, high) = (0, beginnings.count)
            while low < high {
                let middle = (low + high) / 2
                if topic.lexicographicallyPrecedes(beginnings[middle]) { high = middle } else { low = middle + 1 }
            }
            guard low > 0 else { return false }
            let beginning = beginnings[low - 1]
            return topic.count > beginning.count && topic.starts(with: beginning) && !name.hasDotSegment
        }
    }
}

extension Permissions: Hashable {
    package static func == (left: Permissions, right: Permissions) -> Bool { left.all == right.all }
    package func hash(into hasher: inout Hasher) { hasher.combine(all) }
}

extension Permissions: ExpressibleByArrayLiteral {
    package init(arrayLiteral permissions: Permission...) { self.init(permissions) }
}

extension Name {
    /// Whether there is a `.` or `..` between slashes. Such a topic is below nothing: what rewrites paths in front of the
    /// server would take it for another.
    fileprivate var hasDotSegment: Bool {
        let dot = UInt8(ascii: ".")
        return string.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).contains {
            $0.elementsEqual([dot]) || $0.elementsEqual([dot, dot])
        }
    }
}
