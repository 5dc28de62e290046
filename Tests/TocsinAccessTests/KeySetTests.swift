import JWTKit
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
            var seconds: UInt64 = 100
            var failures: [String] = []
            /// Who waits for an answer, while they are held back.
            var waiting: [CheckedContinuation<Void, Never>]?
        }

        let state: Mutex<State>

        init(_ ids: String...) throws {
            state = Mutex(State(answer: .success(try Self.set(ids))))
        }

        static func set(_ ids: [String]) throws -> [UInt8] {
            let key = ES256PrivateKey().publicKey
            let (x, y) = try #require(key.parameters.map { ($0.x, $0.y) })
            let keys = ids.map { id in
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"\(id)\",\"x\":\"\(url(x))\",\"y\":\"\(url(y))\"}"
            }
            return Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8)
        }

        private static func url(_ base64: String) -> String {
            base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }

        func keySet() async throws -> KeySet {
            try await KeySet(uptime: { self.state.withLock(\.seconds) * 1_000_000_000 }) { failure in
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
    }

    private struct Unreachable: Error, CustomStringConvertible {
        let description = "unreachable"
    }

    private func ids(_ keySet: KeySet) -> [String?] { keySet.keys.map(\.id) }

    @Test("A set is read at the start, and anew only after a pause")
    func pause() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        #expect(ids(keySet) == ["a"] && world.readings == 1)
        let newer = try World.set(["a", "b"])
        world.state.withLock { $0.answer = .success(newer) }
        for second in [100, 101, 109] as [UInt64] {
            world.state.withLock { $0.seconds = second }
            #expect(!keySet.mayBringKeys(beyond: 0))
            await keySet.refresh()
        }
        #expect(ids(keySet) == ["a"] && world.readings == 1)
        world.state.withLock { $0.seconds = 110 }
        #expect(keySet.mayBringKeys(beyond: 0))
        await keySet.refresh()
        #expect(ids(keySet) == ["a", "b"] && world.readings == 2)
        // Who looked before may look again; who looked since has seen all there is.
        #expect(keySet.mayBringKeys(beyond: 0) && !keySet.mayBringKeys(beyond: 1) && keySet.readings == 1)
    }

    @Test("Where a set cannot be read anew, or is none, the keys that there are stay, and it is told")
    func failure() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        let answers: [Result<[UInt8], any Error>] = [
            .failure(Unreachable()), .success([]), .success(Array(#"{"keys":[]}"#.utf8)),
        ]
        for (number, answer) in answers.enumerated() {
            world.state.withLock { state in
                state.answer = answer
                state.seconds += 10
            }
            await keySet.refresh()
            #expect(ids(keySet) == ["a"])
            #expect(world.state.withLock(\.failures).count == number + 1)
        }
        #expect(world.state.withLock(\.failures)[0] == "unreachable")
    }

    @Test("A set that cannot be read at the start is an error")
    func start() async throws {
        let world = try World("a")
        world.state.withLock { $0.answer = .failure(Unreachable()) }
        await #expect(throws: Unreachable.self) { try await world.keySet() }
        world.state.withLock { $0.answer = .success(Array("{}".utf8)) }
        await #expect(throws: InvalidTokenKey.self) { try await world.keySet() }
    }

    @Test("Who asks while it is being read waits for that reading")
    func together() async throws {
        let world = try World("a")
        let keySet = try await world.keySet()
        let newer = try World.set(["b"])
        world.state.withLock { state in
            state.answer = .success(newer)
            state.seconds += 10
            state.waiting = []
        }
        await withTaskGroup { group in
            for _ in 0..<20 { group.addTask { await keySet.refresh() } }
            while world.state.withLock({ $0.waiting?.isEmpty ?? true }) { await Task.yield() }
            #expect(keySet.mayBringKeys(beyond: 0))
            let waiting = world.state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting ?? []
            }
            for continuation in waiting { continuation.resume() }
        }
        #expect(ids(keySet) == ["b"] && world.readings == 2)
    }

    @Test("A key of its own goes with a set: for tokens that name none")
    func both() async throws {
        let world = try World("a")
        let key = try await TokenKey(secret: Tokens.secret)
        let verifier = TokenVerifier(keys: [key], keySet: try await world.keySet())
        let claims = TokenClaims(sub: "tiaz", exp: Tokens.seconds + 1)
        #expect(try await verifier.verify(Tokens.token(claims), at: Tokens.now).holder.subject?.string == "tiaz")
        for (id, fault) in [("b", TokenFault.unknownKey("b")), ("a", .algorithm("HS256"))] {
            let token = try await Tokens.token(claims, header: ["kid": .string(id)])
            #expect(throws: fault) { try verifier.verify(token, at: Tokens.now) }
        }
    }
}
