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
    /// For how many seconds one is kept that is over, since a clock can be wrong for a while.
    static let margin: Int64 = 86_400

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
        /// Those that hold and are not stored as they do.
        var unsaved: Set<Target> = []
        /// The latest time at which a token was said to be made that came before it.
        var latestIssue = Timestamp(milliseconds: 0)

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

    /// Whether the tokens of a holder's user were revoked, perhaps those only that were made before this one.
    func hasRevokedUser(of holder: Holder) -> Bool {
        state.withLock { state in holder.subject.map { state.users[$0] != nil } ?? false }
    }

    // MARK: Revoking

    /// Revokes tokens; it holds when this returns, and is durable once ``save()`` has returned.
    ///
    /// - Parameters:
    ///   - target: to revoke it again makes it hold from now on, and no shorter than before.
    ///   - until: when the last such token expires, so that the revocation can be forgotten then; it is kept for ever where
    ///     that is not known.
    package func revoke(_ target: Target, until: Timestamp? = nil) throws(RevocationError) {
        let now = now()
        if let until, until <= now { throw .over }
        let hasRoom = state.withLock { state in
            // Whoever makes tokens may have a clock that is ahead: what they made before this says that it was made later.
            let latest = min(state.latestIssue, now.advanced(bySeconds: ClaimRules.clockSkew))
            let revocation = Revocation(at: max(now, latest).milliseconds, until: until?.milliseconds)
            let former = state[target]
            guard former != nil || state.users.count + state.tokens.count < limit else { return false }
            state[target] = former.map(revocation.merged) ?? revocation
            state.unsaved.insert(target)
            return true
        }
        guard hasRoom else { throw .tooMany(limit) }
    }

    /// Takes note that a token says that it was made at a time which has not come.
    func clockIsAhead(by issuedAt: Timestamp) {
        state.withLock { $0.latestIssue = max($0.latestIssue, issuedAt) }
    }

    /// Keeps one that there is for longer, since tokens turned out to be good for longer.
    package func extend(_ target: Target, until: Timestamp) {
        state.withLock { state in
            guard state[target]?.isOver(at: until) == true else { return }
            state[target]?.until = until.milliseconds
            state.unsaved.insert(target)
        }
    }

    /// Stores what holds and is not stored yet. Where it throws it can be asked again.
    package func save() async throws(JournalError) {
        let result: Result<Void, JournalError> = await changes.run { [self] in
            let (targets, values) = state.withLock { state in
                defer { state.unsaved = [] }
                return (state.unsaved, state.unsaved.compactMap { target in state[target].map { (target, $0) } })
            }
            do throws(JournalError) {
                for kind in [RecordKind.revokedUser, .revokedToken] {
                    let records = values.filter { $0.0.kind == kind }.map { ($0.0.name, String(encoding: $0.1)) }
                    if !records.isEmpty { try await store.put(Dictionary(uniqueKeysWithValues: records), of: kind) }
                }
            } catch {
                state.withLock { $0.unsaved.formUnion(targets) }
                return .failure(error)
            }
            return .success(())
        }
        try result.get()
    }

    /// Forgets those for which no token can have been valid for ``margin``.
    package func removeOutdated() async throws(JournalError) {
        let now = now().advanced(bySeconds: -Int(Self.margin))
        let result: Result<Void, JournalError> = await changes.run { [self] in
            let outdated = state.withLock { state in
                state.users.filter { $0.value.isOver(at: now) }.map { Target.user($0.key) }
                    + state.tokens.filter { $0.value.isOver(at: now) }.map { Target.token($0.key) }
            }
            do throws(JournalError) {
                for kind in [RecordKind.revokedUser, .revokedToken] {
                    let names = outdated.filter { $0.kind == kind }.map(\.name)
                    if !names.isEmpty { try await store.remove(names, of: kind) }
                }
            } catch {
                return .failure(error)
            }
            // One that was made again meanwhile is not over, and is being stored.
            state.withLock { state in
                for target in outdated where state[target]?.isOver(at: now) == true { state[target] = nil }
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
    /// It would be forgotten at once.
    case over

    package var description: String {
        switch self {
        case .tooMany(let limit):
            """
            there are \(limit) revocations, as many as are kept; say with each until when its tokens could be \
            valid (until), so that it can be forgotten
            """
        case .over:
            "no such token could be valid any more; give when the last of them expires, in seconds since 1970, or leave it out"
        }
    }
}
