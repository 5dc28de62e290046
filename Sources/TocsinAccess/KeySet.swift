import Synchronization
package import Tocsin

/// The keys of a JSON Web Key Set that lies elsewhere, and is read anew now and then.
package final class KeySet: Sendable {
    /// Brings the set's text.
    package typealias Load = @Sendable () async throws -> [UInt8]

    /// Between two readings, while nobody asks for a key that is not there.
    package static let interval = Duration.seconds(300)
    /// After a reading, in which nobody can bring about another one.
    static let pause: UInt64 = 10_000_000_000

    private struct State {
        var keys: [TokenKey]
        var reading: Task<Void, Never>?
        var readings = 0
        var lastRead: UInt64
    }

    private let state: Mutex<State>
    private let load: Load
    private let uptime: Uptime
    private let onFailure: @Sendable (String) -> Void

    /// Reads the set.
    ///
    /// - Parameters:
    ///   - onFailure: is told, in one line, why it could not be read anew; the keys that there were stay.
    /// - Throws: what `load` does, or ``InvalidTokenKey``.
    package init(
        uptime: @escaping Uptime = systemUptime, onFailure: @escaping @Sendable (String) -> Void, load: @escaping Load
    ) async throws {
        self.load = load
        self.uptime = uptime
        self.onFailure = onFailure
        state = Mutex(State(keys: try await TokenKey.keys(ofSet: try await load()), lastRead: uptime()))
    }

    package var keys: [TokenKey] { state.withLock(\.keys) }

    /// How often it was read anew.
    package var readings: Int { state.withLock(\.readings) }

    /// Whether ``refresh()`` may bring a key that was not there, or has done so since it was read this often.
    package func mayBringKeys(beyond readings: Int) -> Bool {
        state.withLock { state in
            state.readings != readings || state.reading != nil || uptime() - state.lastRead >= Self.pause
        }
    }

    /// Reads the set anew, unless that was done a short time ago; who comes meanwhile waits for the same reading.
    package func refresh() async {
        let reading = state.withLock { state -> Task<Void, Never>? in
            if let reading = state.reading { return reading }
            guard uptime() - state.lastRead >= Self.pause else { return nil }
            let reading = Task { await read() }
            state.reading = reading
            return reading
        }
        await reading?.value
    }

    private func read() async {
        let keys: Result<[TokenKey], any Error>
        do {
            keys = .success(try await TokenKey.keys(ofSet: try await load()))
        } catch {
            keys = .failure(error)
            onFailure("\(error)")
        }
        state.withLock { state in
            if case .success(let keys) = keys { state.keys = keys }
            state.reading = nil
            state.readings += 1
            state.lastRead = uptime()
        }
    }

    /// Reads it anew every ``interval``, until the Task is cancelled.
    package func keepFresh(clock: some Clock<Duration> = ContinuousClock()) async {
        while (try? await clock.sleep(for: Self.interval)) != nil {
            await refresh()
        }
    }
}
