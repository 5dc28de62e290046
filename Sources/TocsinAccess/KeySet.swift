import Synchronization
package import Tocsin

/// The keys of a JSON Web Key Set that lies elsewhere, and is read anew now and then.
package final class KeySet: Sendable {
    /// Brings the set's text.
    package typealias Load = @Sendable () async throws -> [UInt8]

    /// Between two readings, while nobody asks for a key that is not there.
    package static let interval = Duration.seconds(300)
    /// After a reading, whatever came of it, in which no other begins.
    static let pause: UInt64 = 10_000_000_000
    /// How long a reading may take, whatever `load` does.
    static let limit = Duration.seconds(15)
    /// How long one is waited for once it may begin.
    static let patience = Duration.seconds(3)
    /// How many can wait at a time. Each has a connection, and strangers can wait too.
    static let places = 256

    private struct State {
        var keys: [TokenKey]
        /// One that goes on, or that begins after the pause.
        var reading: Task<Bool, Never>?
        var hasBegun = false
        var readings = 0
        var lastRead: UInt64
        var waiting = 0
        var isOver = false

        func has(_ thumbprint: String?) -> Bool { keys.contains { $0.thumbprint == thumbprint } }
    }

    /// Tells each time that keys have left it, to one who listens.
    package let losses: AsyncStream<Void>
    private let loss: AsyncStream<Void>.Continuation
    private let state: Mutex<State>
    private let load: Load
    private let uptime: Uptime
    private let clock: any Clock<Duration>
    private let onFailure: @Sendable (String) -> Void

    /// Reads the set.
    ///
    /// - Parameters:
    ///   - clock: waits as `uptime` tells.
    ///   - onFailure: is told, in one line, why it could not be read anew; the keys that there were stay.
    /// - Throws: what `load` does, or ``InvalidTokenKey``.
    package init(
        uptime: @escaping Uptime = systemUptime, clock: any Clock<Duration> = ContinuousClock(),
        onFailure: @escaping @Sendable (String) -> Void, load: @escaping Load
    ) async throws {
        self.load = load
        self.uptime = uptime
        self.clock = clock
        self.onFailure = onFailure
        // Several that nobody has heard of are as one.
        (losses, loss) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        state = Mutex(State(keys: try await TokenKey.keys(ofSet: try await load()), lastRead: uptime()))
    }

    package var keys: [TokenKey] { state.withLock(\.keys) }

    /// Whether the key with a thumbprint is in it.
    func has(_ thumbprint: String) -> Bool { state.withLock { $0.has(thumbprint) } }

    /// How often it was read anew.
    package var readings: Int { state.withLock(\.readings) }

    /// Whether a token with this fault may be good once the set was read anew: it names a key that is not there, or may be
    /// of one that came instead of a key without an id.
    package func mayCure(_ fault: TokenFault) -> Bool {
        switch fault {
        case .unknownKey(_?): true
        case .signature, .algorithm(_?): keys.contains { $0.id == nil }
        default: false
        }
    }

    // MARK: Waiting

    /// How many wait.
    var waiting: Int { state.withLock(\.waiting) }

    private struct Wait {
        var reading: Task<Bool, Never>
        var patience: Duration
        /// Whether what the reading brings is of a time after the question.
        var isNews: Bool
    }

    /// Waits until the set was read anew, after the pause if need be; all who wait do so for the same reading.
    ///
    /// It gives up before that when the reading takes long, when too many wait, when the Task is cancelled, or when
    /// ``keepFresh()`` has ended.
    ///
    /// - Parameter readings: how often it had been read when a key was looked for.
    /// - Returns: whether a reading that began after this has brought the set: a key that is not there then is not in it.
    ///   Where not, it may be there, or not yet.
    package func refresh(beyond readings: Int) async -> Bool {
        let wait = state.withLock { state -> Wait? in
            // Others may have brought keys meanwhile.
            guard state.readings == readings, !state.isOver, state.waiting < Self.places else { return nil }
            state.waiting += 1
            let (isNews, rest) = (!state.hasBegun, rest(state))
            return Wait(
                reading: reading(&state, after: rest), patience: .nanoseconds(rest) + Self.patience, isNews: isNews)
        }
        guard let wait else { return false }
        defer { state.withLock { $0.waiting -= 1 } }
        let hasRead = try? await TimeLimit(wait.patience, clock: clock) { await wait.reading.value }
        return hasRead == true && wait.isNews
    }

    /// Reads it anew every ``interval``, until the Task is cancelled; then nobody waits any more.
    package func keepFresh() async {
        await withTaskCancellationHandler {
            while (try? await clock.sleep(for: Self.interval)) != nil {
                let reading = state.withLock { state -> Task<Bool, Never>? in
                    state.isOver ? nil : self.reading(&state, after: self.rest(state))
                }
                _ = await reading?.value
            }
        } onCancel: {
            let reading = state.withLock { state in
                state.isOver = true
                return state.reading
            }
            reading?.cancel()
        }
    }

    // MARK: Reading

    /// What is left of the pause, in nanoseconds.
    private func rest(_ state: State) -> UInt64 {
        let passed = uptime() - state.lastRead
        return state.hasBegun || passed >= Self.pause ? 0 : Self.pause - passed
    }

    private func reading(_ state: inout State, after rest: UInt64) -> Task<Bool, Never> {
        if let reading = state.reading { return reading }
        let reading = Task { await read(after: rest) }
        state.reading = reading
        return reading
    }

    /// - Returns: whether the set was read.
    private func read(after rest: UInt64) async -> Bool {
        var keys: [TokenKey]?
        if rest > 0 { try? await clock.sleep(for: .nanoseconds(rest)) }
        if !Task.isCancelled {
            state.withLock { $0.hasBegun = true }
            do {
                keys = try await TimeLimit(Self.limit, clock: clock) { [load] in
                    try await TokenKey.keys(ofSet: try await load())
                }
            } catch {
                // Cancelled, it is of no use to anybody.
                if !Task.isCancelled { onFailure("\(error)") }
            }
        }
        state.withLock { state in
            if let keys {
                let former = state.keys
                state.keys = keys
                if former.contains(where: { !state.has($0.thumbprint) }) { loss.yield() }
                state.readings += 1
            }
            state.reading = nil
            state.hasBegun = false
            state.lastRead = uptime()
        }
        return keys != nil
    }
}
