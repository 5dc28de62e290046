import Synchronization
import Testing

@testable import Tocsin
@testable import TocsinAccess

@Suite struct APIKeysTests {
    private let records = FailingRecords()
    private let milliseconds = Time()

    private final class Time: Sendable {
        let value = Mutex<Int64>(1500)
        /// Of the bytes that stand for random ones.
        let last = Mutex<UInt8>(0)
        var now: Timestamp { Timestamp(milliseconds: value.withLock(\.self)) }
    }

    private func keys() async throws -> APIKeys {
        try await APIKeys(store: records, now: { [milliseconds] in milliseconds.now }) { [milliseconds] count in
            milliseconds.last.withLock { last in
                last += 1
                return Array(repeating: last, count: count)
            }
        }
    }

    private func set(_ value: Int64) { milliseconds.value.withLock { $0 = value } }

    @Test("A key lets its holder publish what it says, and nothing else, without end")
    func use() async throws {
        let keys = try await keys()
        let name = try Name("ci")
        let key = try await keys.add(name, publish: [Permission("topic:builds/*"), .everyone])
        #expect(key.hasPrefix("tocsin_") && key.utf8.count == 50 && APIKeys.looksLikeKey(key))
        let grant = try #require(keys.grant(for: key))
        #expect(grant.holder == Holder(issuedAt: Timestamp(milliseconds: 1500), key: name))
        #expect(try grant.publish == [Permission("topic:builds/*"), .everyone])
        #expect(grant.subscribe.isEmpty && !grant.isAdmin && grant.expiresAt == nil)
        for other in [
            "", "tocsin_", String(key.dropLast()), key + "A", key.replacing("tocsin_", with: ""), key.uppercased(),
            " \(key)",
        ] {
            #expect(keys.grant(for: other) == nil)
        }
    }

    @Test("What is stored does not tell the key")
    func secrecy() async throws {
        let key = try await keys().add(Name("ci"), publish: [.anything])
        let stored = try await records.records(of: .apiKey)
        #expect(stored.keys.map(\.string) == ["ci"])
        #expect(stored.values.allSatisfy { !$0.contains(key.dropFirst(7).prefix(8)) })
    }

    @Test("Keys are there after a restart, until they are removed")
    func storing() async throws {
        let first = try await keys()
        let key = try await first.add(Name("ci"), publish: [.user(Name("tiaz"))])
        let other = try await first.add(Name("cd"), publish: [.anything])
        #expect(key != other)
        let second = try await keys()
        #expect(second.grant(for: key) == first.grant(for: key))
        #expect(second.list.map(\.name.string) == ["cd", "ci"])
        #expect(try second.remove(Name("ci")))
        try await second.saveRemovals()
        #expect(try !second.remove(Name("ci")))
        #expect(second.grant(for: key) == nil && second.grant(for: other) != nil)
        #expect(try await keys().list.map(\.name.string) == ["cd"])
    }

    @Test("A name has one key, and what could not be stored is none")
    func refusals() async throws {
        let keys = try await keys()
        let name = try Name("ci")
        let key = try await keys.add(name, publish: [.anything])
        await #expect(throws: APIKeyError.taken(name)) { try await keys.add(name, publish: [.everyone]) }
        #expect(keys.grant(for: key)?.publish == [.anything])
        records.fails = true
        await #expect(throws: APIKeyError.self) { try await keys.add(Name("cd"), publish: [.everyone]) }
        #expect(keys.list.map(\.name.string) == ["ci"] && keys.grant(for: key) != nil)
        records.fails = false
        await #expect(throws: APIKeyError.noPermission) { try await keys.add(Name("cd"), publish: []) }
    }

    @Test("A removed key is worth nothing though that could not be stored, which is done later")
    func failingRemoval() async throws {
        let (first, name) = (try await keys(), try Name("ci"))
        let key = try await first.add(name, publish: [.anything])
        records.fails = true
        #expect(first.remove(name))
        await #expect(throws: JournalError.self) { try await first.saveRemovals() }
        #expect(first.grant(for: key) == nil && first.list.isEmpty)
        #expect(first.remove(name), "it may be asked again")
        #expect(try await keys().grant(for: key) != nil)
        records.fails = false
        try await first.saveRemovals()
        #expect(try await keys().list.isEmpty)
        #expect(!first.remove(name))
    }

    @Test("A name whose removal is not stored yet can have a new key, which stays")
    func addedAgain() async throws {
        let (first, name) = (try await keys(), try Name("ci"))
        let old = try await first.add(name, publish: [.anything])
        records.fails = true
        #expect(first.remove(name))
        records.fails = false
        let new = try await first.add(name, publish: [.everyone])
        try await first.saveRemovals()
        let second = try await keys()
        #expect(second.grant(for: new)?.publish == [.everyone] && second.grant(for: old) == nil)
    }

    @Test("There are only so many")
    func limit() async throws {
        let keys = try await APIKeys(store: records, limit: 2)
        for name in ["a", "b"] { _ = try await keys.add(Name(name), publish: [.anything]) }
        await #expect(throws: APIKeyError.tooMany(2)) { try await keys.add(Name("c"), publish: [.anything]) }
        #expect(try keys.remove(Name("a")))
        _ = try await keys.add(Name("c"), publish: [.anything])
    }

    @Test("When a key was used last is told to the second, and stored when it is asked for")
    func lastUse() async throws {
        let keys = try await keys()
        let key = try await keys.add(Name("ci"), publish: [.anything])
        #expect(keys.list.map(\.lastUsedAt) == [nil])
        #expect(keys.list.map(\.createdAt) == [Timestamp(milliseconds: 1500)])
        for milliseconds in [2700, 2999, 2100] as [Int64] {
            set(milliseconds)
            _ = keys.grant(for: key)
            #expect(keys.list.map(\.lastUsedAt) == [Timestamp(milliseconds: 2000)])
        }
        #expect(records.changeCount == 1)
        try await keys.saveLastUses()
        try await keys.saveLastUses()
        #expect(records.changeCount == 2)
        let second = try await self.keys()
        #expect(second.list == keys.list)
        set(9000)
        _ = keys.grant(for: key)
        records.fails = true
        await #expect(throws: JournalError.self) { try await keys.saveLastUses() }
        records.fails = false
        try await keys.saveLastUses()
        #expect(try await self.keys().list.map(\.lastUsedAt) == [Timestamp(milliseconds: 9000)])
    }

    @Test(
        "A damaged record is an error",
        arguments: [
            "", "{}", #"{"hash":"!","publish":[],"createdAt":1}"#, #"{"hash":"","publish":["x"],"createdAt":1}"#,
            #"{"hash":"AAAA","publish":["*"],"createdAt":1}"#,
        ])
    func damage(value: String) async throws {
        try await records.put([Name("ci"): value], of: .apiKey)
        let error = await #expect(throws: JournalError.self) { try await keys() }
        #expect(error?.code == .unusable)
    }

    @Test("Random bytes are not the same twice")
    func randomness() async throws {
        let keys = try await APIKeys(store: MemoryRecords())
        var all: Set<String> = []
        for number in 0..<20 { all.insert(try await keys.add(Name("\(number)"), publish: [.anything])) }
        #expect(all.count == 20)
    }
}
