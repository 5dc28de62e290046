/// The distinct language preferences of a shard's subscribers, each with a small number and a count of who uses it.
struct LanguageTable {
    private var slots: [LanguagePreference: Int] = [:]
    private var users: [Int] = []
    private var preferences: [LanguagePreference] = []
    private var free: [Int] = []

    /// Slots are less than this.
    var capacity: Int { preferences.count }

    func preference(at slot: Int) -> LanguagePreference { preferences[slot] }

    /// - Returns: the preference's slot; give it back with ``release(_:)``.
    mutating func retain(_ preference: LanguagePreference) -> Int {
        if let slot = slots[preference] {
            users[slot] += 1
            return slot
        }
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            preferences[slot] = preference
            users[slot] = 1
        } else {
            slot = preferences.count
            preferences.append(preference)
            users.append(1)
        }
        slots[preference] = slot
        return slot
    }

    mutating func release(_ slot: Int) {
        users[slot] -= 1
        guard users[slot] == 0 else { return }
        slots[preferences[slot]] = nil
        preferences[slot] = .none
        free.append(slot)
    }
}
