import Crypto
import Synchronization
package import Tocsin

/// Keys of publishers that cannot make tokens. Asking waits for nothing.
///
/// Only their hashes are kept. A key has 256 random bits, which nobody finds by trying: so the hash need not be slow, as one
/// of a password must be.
package final class APIKeys: Sendable {
    /// What of a key may be shown.
    package struct Key: Hashable, Sendable {
        package let name: Name
        package let publish: [Permission]
        package let createdAt: Timestamp
        /// To the second; `nil` where it was not used yet.
        package let lastUsedAt: Timestamp?
    }

    /// How many there can be.
    static let usualLimit = 10_000

    private static let prefix = "tocsin_"
    private static let randomBytes = 32

    /// What is stored under a key's name.
    fileprivate struct Record: Codable {
        /// base64url of its SHA-256.
        let hash: String
        let publish: [String]
        /// Milliseconds since 1970.
        let createdAt: Int64
        var lastUsedAt: Int64?
    }

    fileprivate struct Entry {
        let hash: [UInt8]
        let grant: Grant
        let name: Name
        let createdAt: Timestamp
        var lastUsedAt: Timestamp?
        /// Whether ``lastUsedAt`` is stored.
        var isSaved = true
    }

    fileprivate struct State {
        /// By their hashes, whose first bytes say nothing about a key.
        var entries: [[UInt8]: Entry] = [:]
        var names: [Name: [UInt8]] = [:]
        /// Of keys that are gone, and are still stored.
        var removals: Set<Name> = []
    }

    private let store: any RecordStore
    private let now: WallClock
    private let limit: Int
    private let random: @Sendable (Int) -> [UInt8]
    private let state: Mutex<State>
    private let changes = SerialChanges()

    /// Reads those that were stored.
    ///
    /// - Parameters:
    ///   - random: so many bytes that nobody can foresee.
    /// - Throws: `JournalError` where one cannot be read.
    package init(
        store: any RecordStore, now: @escaping WallClock = Timestamp.now, limit: Int = usualLimit,
        random: @escaping @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in .random(in: .min ... .max) } }
    ) async throws(JournalError) {
        self.store = store
        self.now = now
        self.limit = limit
        self.random = random
        var state = State()
        for (name, value) in try await store.records(of: .apiKey) {
            state.insert(try Self.entry(name, try value.decoded(as: Record.self)))
        }
        self.state = Mutex(state)
    }

    private static func entry(_ name: Name, _ record: Record) throws(JournalError) -> Entry {
        let publish = record.publish.compactMap { try? Permission($0) }
        guard let hash = Base64URL.decoded(record.hash.utf8), hash.count == SHA256.byteCount,
            publish.count == record.publish.count
        else {
            throw JournalError(
                code: .unusable,
                message: "the record of the API key \(name) in the data file is damaged; put back a backup")
        }
        return Entry(
            hash: Array(hash), grant: Self.grant(name, publish, createdAt: Timestamp(milliseconds: record.createdAt)),
            name: name,
            createdAt: Timestamp(milliseconds: record.createdAt),
            lastUsedAt: record.lastUsedAt.map(Timestamp.init(milliseconds:)))
    }

    /// - Parameter createdAt: by which it differs from that of a later key of the same name.
    private static func grant(_ name: Name, _ publish: [Permission], createdAt: Timestamp) -> Grant {
        Grant(holder: Holder(issuedAt: createdAt, key: name), publish: Permissions(publish), expiresAt: nil)
    }

    // MARK: Using them

    /// Whether a text is a key by its form, and no token.
    package static func looksLikeKey(_ text: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

    /// What a key allows; `nil` where there is none such. O(1).
    package func grant(for key: String) -> Grant? {
        let hash = Self.hash(key)
        let now = now()
        return state.withLock { state in
            // The time that finding it takes tells of the hash only, which nobody can choose.
            guard var entry = state.entries[hash], Self.areEqual(entry.hash, hash) else { return nil }
            let second = Timestamp(milliseconds: now.milliseconds / 1000 * 1000)
            if entry.lastUsedAt.map({ $0 < second }) ?? true {
                entry.lastUsedAt = second
                entry.isSaved = false
                state.entries[hash] = entry
            }
            return entry.grant
        }
    }

    /// Whether the key that something was granted for is still there.
    func isGood(_ grant: Grant) -> Bool {
        state.withLock { state in
            guard let name = grant.holder.key, let hash = state.names[name] else { return false }
            return state.entries[hash]?.grant.holder == grant.holder
        }
    }

    private static func hash(_ key: String) -> [UInt8] { Array(SHA256.hash(data: Array(key.utf8))) }

    /// In a time that does not tell where they differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    // MARK: Managing them

    /// Makes a key; it can be used, and is durable, when this returns.
    ///
    /// - Parameter publish: at least one.
    /// - Returns: the key, which nobody can find out later.
    /// - Throws: ``APIKeyError``.
    package func add(_ name: Name, publish: [Permission]) async throws(APIKeyError) -> String {
        guard !publish.isEmpty else { throw .noPermission }
        let key = Self.prefix + Base64URL.encoded(random(Self.randomBytes))
        let createdAt = now()
        let entry = Entry(
            hash: Self.hash(key), grant: Self.grant(name, publish, createdAt: createdAt), name: name,
            createdAt: createdAt)
        let result: Result<Void, APIKeyError> = await changes.run { [self] in
            let (isTaken, count) = state.withLock { ($0.names[name] != nil, $0.names.count) }
            guard !isTaken else { return .failure(.taken(name)) }
            guard count < limit else { return .failure(.tooMany(limit)) }
            do throws(JournalError) {
                try await store.put([name: String(encoding: entry.record)], of: .apiKey)
            } catch {
                return .failure(.journal(error))
            }
            state.withLock { state in
                // Its record is that of the new one now.
                state.removals.remove(name)
                state.insert(entry)
            }
            return .success(())
        }
        try result.get()
        return key
    }

    /// Those that there are, by their names.
    package var list: [Key] {
        let entries = state.withLock { Array($0.entries.values) }
        return entries.map { entry in
            Key(
                name: entry.name, publish: entry.grant.publish.all, createdAt: entry.createdAt,
                lastUsedAt: entry.lastUsedAt
            )
        }.sorted { $0.name.string < $1.name.string }
    }

    /// Takes a key back; it is worth nothing when this returns, and that is durable once ``saveRemovals()`` has returned.
    ///
    /// - Returns: whether there was one, or one whose removal is not stored yet.
    package func remove(_ name: Name) -> Bool {
        state.withLock { state in
            guard let hash = state.names.removeValue(forKey: name) else { return state.removals.contains(name) }
            state.entries[hash] = nil
            state.removals.insert(name)
            return true
        }
    }

    /// Stores which keys were removed. Where it throws it can be asked again.
    package func saveRemovals() async throws(JournalError) {
        let result: Result<Void, JournalError> = await changes.run { [self] in
            let names = state.withLock(\.removals)
            guard !names.isEmpty else { return .success(()) }
            do throws(JournalError) {
                try await store.remove(Array(names), of: .apiKey)
            } catch {
                return .failure(error)
            }
            state.withLock { $0.removals.subtract(names) }
            return .success(())
        }
        try result.get()
    }

    /// Stores when keys were used last. Where it throws it can be asked again.
    package func saveLastUses() async throws(JournalError) {
        let result: Result<Void, JournalError> = await changes.run { [self] in
            let used = state.withLock { $0.entries.values.filter { !$0.isSaved } }
            guard !used.isEmpty else { return .success(()) }
            let records = used.map { ($0.name, String(encoding: $0.record)) }
            do throws(JournalError) {
                try await store.put(Dictionary(uniqueKeysWithValues: records), of: .apiKey)
            } catch {
                return .failure(error)
            }
            state.withLock { state in
                for entry in used where state.entries[entry.hash]?.lastUsedAt == entry.lastUsedAt {
                    state.entries[entry.hash]?.isSaved = true
                }
            }
            return .success(())
        }
        try result.get()
    }
}

extension APIKeys.State {
    fileprivate mutating func insert(_ entry: APIKeys.Entry) {
        entries[entry.hash] = entry
        names[entry.name] = entry.hash
    }
}

extension APIKeys.Entry {
    fileprivate var record: APIKeys.Record {
        APIKeys.Record(
            hash: Base64URL.encoded(hash), publish: grant.publish.all.map(\.description),
            createdAt: createdAt.milliseconds, lastUsedAt: lastUsedAt?.milliseconds)
    }
}

/// Why there is no new key.
package enum APIKeyError: Error, Hashable, CustomStringConvertible {
    case taken(Name)
    /// With how many there can be.
    case tooMany(Int)
    case noPermission
    case journal(JournalError)

    package var description: String {
        switch self {
        case .taken(let name): "there is an API key \(name) already; remove it first, or take another name"
        case .tooMany(let limit): "there are \(limit) API keys, as many as can be; remove some"
        case .noPermission: "an API key needs at least one permission to publish"
        case .journal(let error): error.message
        }
    }
}
