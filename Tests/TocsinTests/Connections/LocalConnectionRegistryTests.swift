import NIOConcurrencyHelpers
import Testing

@testable import Tocsin

@Suite struct LocalConnectionRegistryTests {
    private let registry = LocalConnectionRegistry()
    private let replaced = NIOLockedValueBox<[Int]>([])

    private func claim(_ number: Int, _ place: ConnectionPlace, limit: Int = .max) async -> ConnectionClaim {
        await registry.claim(place, limit: limit) { [replaced] in
            replaced.withLockedValue { $0.append(number) }
        }
    }

    private static func place(_ user: String = "user", _ client: String? = nil) throws -> ConnectionPlace {
        ConnectionPlace(user: try Name(user), client: try client.map { try Name($0) })
    }

    @Test("Each claim replaces the one before only, with a greater number", arguments: [nil, "tab"], [1, .max])
    func replacing(client: String?, limit: Int) async throws {
        // Without a client only the limit replaces.
        let limit = client == nil ? 1 : limit
        let place = try Self.place("user", client)
        var numbers: [UInt64] = []
        for number in 0..<4 { numbers.append(await claim(number, place, limit: limit).number) }
        #expect(numbers == numbers.sorted())
        #expect(Set(numbers).count == 4)
        #expect(replaced.withLockedValue(\.self) == [0, 1, 2])
    }

    @Test("Claims of other places are left alone")
    func otherPlaces() async throws {
        let places = [
            try Self.place("a"), try Self.place("b"), try Self.place("a", "tab"), try Self.place("a", "other"),
            try Self.place("b", "tab"), try Self.place("caf\u{E9}"), try Self.place("cafe\u{301}"),
        ]
        for (number, place) in places.enumerated() { _ = await claim(number, place, limit: 3) }
        #expect(replaced.withLockedValue(\.self).isEmpty)
    }

    @Test("A place that was given back is free", arguments: [nil, "tab"])
    func release(client: String?) async throws {
        let place = try Self.place("user", client)
        registry.release(await claim(0, place, limit: 1))
        _ = await claim(1, place, limit: 1)
        #expect(replaced.withLockedValue(\.self).isEmpty)
    }

    @Test("Beyond the limit the newest of a user stay, whatever their clients; other users are left alone")
    func limit() async throws {
        let places = try [nil, "a", nil, "b", nil].map { try Self.place("user", $0) }
        _ = await claim(100, try Self.place("other"), limit: 3)
        for (number, place) in places.enumerated() { _ = await claim(number, place, limit: 3) }
        #expect(replaced.withLockedValue(\.self) == [0, 1])
        // The same client again makes room for itself, so that nobody else must go.
        _ = await claim(5, places[3], limit: 3)
        #expect(replaced.withLockedValue(\.self) == [0, 1, 3])
        _ = await claim(6, places[1], limit: 3)
        #expect(replaced.withLockedValue(\.self) == [0, 1, 3, 2])
    }

    @Test("Whoever leaves makes room, wherever it stood", arguments: 0..<4)
    func leaving(index: Int) async throws {
        var claims: [ConnectionClaim] = []
        for number in 0..<4 { claims.append(await claim(number, try Self.place(), limit: 4)) }
        registry.release(claims[index])
        registry.release(claims[index])
        _ = await claim(4, try Self.place(), limit: 4)
        #expect(replaced.withLockedValue(\.self).isEmpty)
        _ = await claim(5, try Self.place(), limit: 4)
        #expect(replaced.withLockedValue(\.self) == [index == 0 ? 1 : 0])
    }

    @Test("Who was replaced cannot give back the place of who replaced it")
    func lateRelease() async throws {
        let place = try Self.place()
        let first = await claim(0, place, limit: 1)
        _ = await claim(1, place, limit: 1)
        registry.release(first)
        _ = await claim(2, place, limit: 1)
        #expect(replaced.withLockedValue(\.self) == [0, 1])
    }

    @Test("Of many claims at once the one with the greatest number stays, and each other is told once")
    func concurrency() async throws {
        let place = try Self.place()
        let claims = await withTaskGroup(of: (Int, ConnectionClaim).self) { group in
            for number in 0..<200 {
                group.addTask { (number, await claim(number, place, limit: 1)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winner = claims.max { $0.1.number < $1.1.number }?.0
        #expect(replaced.withLockedValue { Set($0) } == Set(0..<200).subtracting([winner ?? -1]))
        #expect(replaced.withLockedValue(\.count) == 199)
    }
}
