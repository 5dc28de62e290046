import SeededRandomness
import Testing

@testable import Tocsin

@Suite struct LanguageTableTests {
    @Test("Preferences that mean the same share a slot, others do not")
    func sharing() {
        var table = LanguageTable()
        let slot = table.retain(LanguagePreference("ko, en;q=0.5"))
        #expect(table.retain(LanguagePreference("KO,en;q=0.1")) == slot)
        let other = table.retain(LanguagePreference("en,ko"))
        #expect(other != slot)
        #expect(table.preference(at: slot) == LanguagePreference("ko,en"))
        #expect(table.preference(at: other) == LanguagePreference("en,ko"))
        #expect(table.capacity == 2)
    }

    @Test("A slot is used again once the last who had it is gone")
    func reuse() {
        var table = LanguageTable()
        let slot = table.retain(LanguagePreference("ko"))
        _ = table.retain(LanguagePreference("ko"))
        table.release(slot)
        #expect(table.retain(LanguagePreference("en")) != slot)
        table.release(slot)
        #expect(table.retain(LanguagePreference("fr")) == slot)
        #expect(table.preference(at: slot) == LanguagePreference("fr"))
        #expect(table.retain(LanguagePreference("ko")) != slot)
    }

    @Test("The table does not grow beyond the preferences in use at a time", arguments: 1...4 as ClosedRange<UInt64>)
    func bound(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = LanguageTable()
        var held: [(slot: Int, preference: LanguagePreference)] = []
        for number in 0..<500 {
            if held.count == 10 {
                table.release(held.remove(at: random.index(below: 10)).slot)
            }
            let preference = LanguagePreference("a\(String(repeating: "b", count: number % 7)),x-\(number % 90)")
            held.append((table.retain(preference), preference))
            for (slot, preference) in held { #expect(table.preference(at: slot) == preference) }
        }
        #expect(table.capacity <= 10)
    }
}
