import JWTKit
import Patience
import SteppedClock
import Synchronization
import Testing

@testable import Tocsin
@testable import TocsinAccess

@Suite struct KeySetTests {
    /// A set elsewhere, a clock, and what was said.
    private final class World: Sendable {
        struct State {
            var answer: Result<[UInt8], any Error>
            var readings = 0
            var failures: [String] = []
            /// Who waits for an answer, while they are held back.
            var waiting: [CheckedContinuation<Void, Never>]?
        }

        let state: Mutex<State>
        let clock = SteppedClock()

        init(_ ids: String...) throws {
            state = Mutex(State(answer: .success(try Self.set(ids))))
        }

        static func set(_ ids: [String?]) throws -> [UInt8] {
            let key = ES256PrivateKey().publicKey
            let (x, y) = try #require(key.parameters.map { ($0.x, $0.y) })
            let keys = ids.map { id in
                let name = id.map { ",\"kid\":\"\($0)\"" } ?? ""
                return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\(url(x))\",\"y\":\"\(url(y))\"\(name)}"
            }
            return Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8)
        }

        private static func url(_ base64: String) -> String {
            base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }

        func keySet() async throws -> KeySet {
            try await KeySet(
                uptime: { [clock] in UInt64(clock.now.offset.components.seconds) * 1_000_000_000 }, clock: clock
            ) { failure in
                self.state.withLock { $0.failures.append(failure) }
            } load: {
                await withCheckedContinuation { continuation in
                    self.state.withLock { state in
                        state.readings += 1
                        guard state.waiting != nil else { return continuation.resume() }
                        state.waiting?.append(continuation)
                    }
                }
                return try self.state.withLock(\.answer).get()
            }
        }

        var readings: Int { state.withLock(\.readings) }
        var failures: [String] { state.withLock(\.failures) }

        func show(_ ids: String?...) throws {
            let set = try Self.set(ids)
            state.withLock { $0.answer = .success(set) }
        }

        /// From now on a reading brings nothing until it is let go on, whatever happens to its Task.
        func hold() {
            state.withLock { $0.waiting = [] }
        }

        func letGo() {
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting ?? []
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    private struct Unreachable: Error, CustomStringConvertible {
        let description = "unreachable"
    }

    private func ids(_ keySet: KeySet) -> [String?] { keySet.keys.map(\.id) }

    @Test("A set is read at the start, and anew as soon as a key is asked for after a pause")
    func later() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        #expect(ids(keySet) == ["a"] && world.readings == 1 && keySet.readings == 0)
        world.clock.advance(by: .seconds(10))
        try world.show("a", "b")
        #expect(await keySet.refresh(beyond: 0))
        #expect(ids(keySet) == ["a", "b"] && world.readings == 2 && keySet.readings == 1)
        // Who looked before it was read may look again, and need not wait.
        #expect(await !keySet.refresh(beyond: 0))
        #expect(world.readings == 2)
    }

    @Test("Who asks in the pause waits for its end, as all who do, and for one reading")
    func pause() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        world.clock.advance(by: .seconds(4))
        try world.show("b")
        let askers = (0..<20).map { _ in Task { await keySet.refresh(beyond: 0) } }
        try await eventually("all wait") { keySet.waiting == 20 }
        await world.clock.sleeper(for: .seconds(6))
        world.clock.advance(by: .seconds(5))
        #expect(world.readings == 1)
        await world.clock.pass(.seconds(1))
        for asker in askers { #expect(await asker.value) }
        #expect(ids(keySet) == ["b"] && world.readings == 2 && keySet.waiting == 0)
    }

    @Test("Where a set cannot be read anew, or is none, the keys that there are stay, and it is told")
    func failure() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        let answers: [Result<[UInt8], any Error>] = [
            .failure(Unreachable()), .success([]), .success(Array(#"{"keys":[]}"#.utf8)),
        ]
        for (number, answer) in answers.enumerated() {
            world.state.withLock { $0.answer = answer }
            world.clock.advance(by: .seconds(10))
            #expect(await !keySet.refresh(beyond: 0))
            #expect(ids(keySet) == ["a"] && world.failures.count == number + 1)
        }
        #expect(world.failures[0] == "unreachable" && keySet.readings == 0)
    }

    @Test("A set that cannot be read at the start is an error")
    func start() async throws {
        let world = try World("a")
        world.state.withLock { $0.answer = .failure(Unreachable()) }
        await #expect(throws: Unreachable.self) { try await world.keySet() }
        world.state.withLock { $0.answer = .success(Array("{}".utf8)) }
        await #expect(throws: InvalidTokenKey.self) { try await world.keySet() }
    }

    @Test("A reading that brings nothing is given up by who waits for it, and then by itself")
    func stalled() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        world.clock.advance(by: .seconds(10))
        world.hold()
        let asker = Task { await keySet.refresh(beyond: 0) }
        await world.clock.sleeper(for: .seconds(15))
        await world.clock.pass(.seconds(3))
        #expect(await !asker.value)
        #expect(keySet.waiting == 0 && world.failures.isEmpty)
        await world.clock.pass(.seconds(12))
        try await eventually("a failure") { !world.failures.isEmpty }
        #expect(world.failures == ["it took longer than 15 s"])
        // What it brings after all is not taken, and the next one is.
        try world.show("late")
        world.letGo()
        try world.show("b")
        let next = Task { await keySet.refresh(beyond: 0) }
        await world.clock.pass(.seconds(10))
        #expect(await next.value)
        #expect(ids(keySet) == ["b"])
    }

    @Test("A reading that had begun before somebody asked may bring the key, but tells of none that it is not there")
    func begun() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        world.clock.advance(by: .seconds(10))
        world.hold()
        let first = Task { await keySet.refresh(beyond: 0) }
        try await eventually("a reading") { world.state.withLock { $0.waiting?.isEmpty == false } }
        let second = Task { await keySet.refresh(beyond: 0) }
        try await eventually("both wait") { keySet.waiting == 2 }
        try world.show("b")
        world.letGo()
        let news = await (first.value, second.value)
        #expect(news == (true, false) && ids(keySet) == ["b"] && world.readings == 2)
    }

    @Test("Only so many wait at a time, and who leaves gives up the place")
    func places() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        let askers = (0..<KeySet.places).map { _ in Task { await keySet.refresh(beyond: 0) } }
        try await eventually("all places are taken") { keySet.waiting == KeySet.places }
        #expect(await !keySet.refresh(beyond: 0))
        askers[0].cancel()
        #expect(await !askers[0].value)
        #expect(keySet.waiting == KeySet.places - 1)
        let late = Task { await keySet.refresh(beyond: 0) }
        try await eventually("all places are taken") { keySet.waiting == KeySet.places }
        await world.clock.pass(.seconds(10))
        for asker in askers[1...] + [late] { #expect(await asker.value) }
        #expect(world.readings == 2)
    }

    @Test("It is read anew now and then, and once that ends nobody waits any more", arguments: [false, true])
    func kept(isReading: Bool) async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        let keeping = Task { await keySet.keepFresh() }
        try world.show("b")
        await world.clock.pass(.seconds(300))
        try await eventually("a reading") { keySet.readings == 1 }
        #expect(ids(keySet) == ["b"])
        if isReading {
            world.clock.advance(by: .seconds(10))
            world.hold()
        }
        let asker = Task { await keySet.refresh(beyond: 1) }
        try await eventually("one waits") { keySet.waiting == 1 }
        keeping.cancel()
        await keeping.value
        #expect(await !asker.value)
        #expect(await !keySet.refresh(beyond: 1))
        #expect(world.failures.isEmpty)
        world.letGo()
    }

    @Test("A key may be new where it has a name that is not there, or where one has none")
    func cures() async throws {
        for (id, cured) in [("a", [false, false]), (nil, [true, true])] as [(String?, [Bool])] {
            let world = try World()
            try world.show(id)
            let keySet = try await world.keySet()
            #expect([.signature, .algorithm("ES256")].map(keySet.mayCure) == cured)
            #expect(keySet.mayCure(.unknownKey("b")))
            for fault in [.malformed, .noExpiry, .unknownKey(nil), .algorithm(nil), .revoked] as [TokenFault] {
                #expect(!keySet.mayCure(fault))
            }
        }
    }

    @Test("A key of its own goes with a set: for tokens that name none")
    func both() async throws {
        let world = try World("a")
        let key = try TokenKey(secret: Tokens.secret)
        let verifier = TokenVerifier(keys: [key], keySet: try await world.keySet())
        let claims = TokenClaims(sub: "tiaz", exp: Tokens.seconds + 1)
        #expect(try await verifier.verify(Tokens.token(claims), at: Tokens.now).holder.subject?.string == "tiaz")
        for (id, fault) in [("b", TokenFault.unknownKey("b")), ("a", .algorithm("HS256"))] {
            let token = try await Tokens.token(claims, header: ["kid": .string(id)])
            #expect(throws: fault) { try verifier.verify(token, at: Tokens.now) }
        }
    }
}
