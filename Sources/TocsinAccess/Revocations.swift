import Synchronization
package import Tocsin

/// What of tokens is worth nothing any more, although they have not expired. Asking waits for nothing.
package final class Revocations: Sendable {
    /// What a revocation takes back.
    package enum Target: Hashable, Sendable {
        /// All tokens of a user (`sub`) that there are. It is good again with a token made in a later second (`iat`): a user
        /// can log in again. One that does not say when it was made is worth nothing.
        case user(Name)
        /// The token with an id (`jti`).
        case token(Name)
    }

    /// How many there can be at a time.
    static let usualLimit = 1_000_000

    private struct Revocation: Codable, Hashable {
        /// Milliseconds since 1970.
        var at: Int64
        /// When the last such token expires, in milliseconds since 1970; `nil` where nobody knows.
        var until: Int64?

        /// Both: nothing of either is taken back.
        func merged(with other: Revocation) -> Revocation {
            var until: Int64?
            if let first = self.until, let second = other.until { until = max(first, second) }
            return Revocation(at: max(at, other.at), until: until)
        }

        func isOver(at now: Timestamp) -> Bool { until.map { $0 <= now.milliseconds } ?? false }
    }

    private struct State {
        var users: [Name: Revocation]
        var tokens: [Name: Revocation]

        subscript(target: Target) -> Revocation? {
            get {
                switch target {
                case .user(let name): users[name]
                case .token(let name): tokens[name]
                }
            }
            set {
                switch target {
                case .user(let name): users[name] = newValue
                case .token(let name): tokens[name] = newValue
                }
            }
        }
    }

    private let store: any RecordStore
    private let now: WallClock
    private let limit: Int
    private let state: Mutex<State>
    private let changes = SerialChanges()

    /// Reads those that were stored.
    ///
    /// - Throws: `JournalError` where one cannot be read: without it, somebody could be let in.
    package init(
        store: any RecordStore, now: @escaping WallClock = Timestamp.now, limit: Int = usualLimit
    ) async throws(JournalError) {
        self.store = store
        self.now = now
        self.limit = limit
        state = Mutex(
            State(
                users: try await Self.read(.revokedUser, from: store),
                tokens: try await Self.read(.revokedToken, from: store)))
    }

    private static func read(
        _ kind: RecordKind, from store: any RecordStore
    ) async throws(JournalError) -> [Name: Revocation] {
        var revocations: [Name: Revocation] = [:]
        for (name, value) in try await store.records(of: kind) {
            revocations[name] = try value.decoded(as: Revocation.self)
        }
        return revocations
    }

    /// Whether the tokens of a holder were revoked. O(1).
    package func isRevoked(_ holder: Holder) -> Bool {
        state.withLock { state in
            if let user = holder.subject, let revocation = state.users[user] {
                // Tokens tell the second only: one that was made in the same second may be older.
                guard let issuedAt = holder.issuedAt, issuedAt.milliseconds.second > revocation.at.second else {
                    return true
                }
            }
            guard !state.tokens.isEmpty, let id = holder.tokenID, let name = try? Name(id) else { return false }
            return state.tokens[name] != nil
        }
    }

    /// Revokes tokens; it holds, and is durable, when this returns.
    ///
    /// - Parameters:
    ///   - target: to revoke it again makes it hold from now on, and no shorter than before.
    ///   - until: when the last such token expires, so that the revocation can be forgotten then; it is kept for ever where
    ///     that is not known.
    /// - Throws: ``RevocationError``; then nothing was revoked, or nobody knows.
    package func revoke(_ target: Target, until: Timestamp? = nil) async throws(RevocationError) {
        let revocation = Revocation(at: now().milliseconds, until: until?.milliseconds)
        let result: Result<Void, RevocationError> = await changes.run { [self] in
            let (merged, hasRoom) = state.withLock { state in
                let former = state[target]
                let hasRoom = former != nil || state.users.count + state.tokens.count < limit
                return (former.map(revocation.merged) ?? revocation, hasRoom)
            }
            guard hasRoom else { return .failure(.tooMany(limit)) }
            do throws(JournalError) {
                try await store.put([target.name: String(encoding: merged)], of: target.kind)
            } catch {
                return .failure(.journal(error))
            }
            state.withLock { $0[target] = merged }
            return .success(())
        }
        try result.get()
    }

    /// Forgets those for which no token can be valid any more.
    package func removeOutdated() async throws(JournalError) {
        let now = now()
        let result: Result<Void, JournalError> = await changes.run { [self] in
            let (users, tokens) = state.withLock { state in
                (
                    state.users.filter { $0.value.isOver(at: now) }.map(\.key),
                    state.tokens.filter { $0.value.isOver(at: now) }.map(\.key)
                )
            }
            do throws(JournalError) {
                if !users.isEmpty { try await store.remove(users, of: .revokedUser) }
                if !tokens.isEmpty { try await store.remove(tokens, of: .revokedToken) }
            } catch {
                return .failure(error)
            }
            state.withLock { state in
                for user in users { state.users[user] = nil }
                for token in tokens { state.tokens[token] = nil }
            }
            return .success(())
        }
        try result.get()
    }
}

extension Revocations.Target {
    fileprivate var name: Name {
        switch self {
        case .user(let name), .token(let name): name
        }
    }

    fileprivate var kind: RecordKind {
        switch self {
        case .user: .revokedUser
        case .token: .revokedToken
        }
    }
}

extension Int64 {
    /// Of milliseconds, the second that they lie in.
    fileprivate var second: Int64 { self >= 0 ? self / 1000 : (self - 999) / 1000 }
}

/// Why nothing was revoked.
package enum RevocationError: Error, Hashable, CustomStringConvertible {
    /// With how many there can be.
    case tooMany(Int)
    case journal(JournalError)

    package var description: String {
        switch self {
        case .tooMany(let limit):
            """
            there are \(limit) revocations, as many as are kept; say with each until when its tokens could be \
            valid (until), so that it can be forgotten
            """
        case .journal(let error): error.message
        }
    }
}
