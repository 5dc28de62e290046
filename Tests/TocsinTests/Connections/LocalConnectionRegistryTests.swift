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

    @Test("Each claim replaces the one before, and only that, with a greater number")
    func replacing() async throws {
        let place = try Self.place()
        var numbers: [UInt64] = []
        for number in 0..<4 { numbers.append(await claim(number, place).number) }
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
        for (number, place) in places.enumerated() { _ = await claim(number, place) }
        #expect(replaced.withLockedValue(\.self).isEmpty)
    }

    @Test("A place that was given back is free")
    func release() async throws {
        let place = try Self.place()
        registry.release(await claim(0, place))
        _ = await claim(1, place)
        #expect(replaced.withLockedValue(\.self).isEmpty)
    }

    @Test("Who was replaced cannot give back the place of who replaced it")
    func lateRelease() async throws {
        let place = try Self.place()
        let first = await claim(0, place)
        _ = await claim(1, place)
        registry.release(first)
        _ = await claim(2, place)
        #expect(replaced.withLockedValue(\.self) == [0, 1])
    }

    @Test("Of many claims at once the one with the greatest number stays, and each other is told once")
    func concurrency() async throws {
        let place = try Self.place()
        let claims = await withTaskGroup(of: (Int, ConnectionClaim).self) { group in
            for number in 0..<200 {
                group.addTask { (number, await claim(number, place)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winner = claims.max { $0.1.number < $1.1.number }?.0
        #expect(replaced.withLockedValue { Set($0) } == Set(0..<200).subtracting([winner ?? -1]))
        #expect(replaced.withLockedValue(\.count) == 199)
    }
}
