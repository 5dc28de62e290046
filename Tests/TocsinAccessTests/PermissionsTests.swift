import Testing
import Tocsin
import TocsinAccess

@Suite struct PermissionsTests {
    /// As the rule is written down: one by one, and without an order.
    private static func allows(_ permissions: [Permission], _ address: Address) -> Bool {
        permissions.contains { permission in
            switch (permission, address) {
            case (.anything, _), (.everyone, .everyone): true
            case (.user(let name), .user(let other)), (.topic(let name), .topic(let other)): name == other
            case (.topicsBelow(let beginning), .topic(let name)):
                name.string.utf8.count > beginning.string.utf8.count
                    && name.string.utf8.starts(with: beginning.string.utf8)
                    && !name.string.split(separator: "/", omittingEmptySubsequences: false).contains {
                        [".", ".."].contains($0)
                    }
            default: false
            }
        }
    }

    @Test("Many together allow what each of them does, in whatever order they are", arguments: 0..<40)
    func together(seed: Int) throws {
        // Short texts of few bytes, so that many begin with others.
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        func name() -> String {
            (0...next(4)).map { _ in ["a", "b", "/", ".", "é", "a/", "0b"][next(7)] }
                .joined()
        }
        let permissions = try (0..<next(30)).map { _ in
            switch next(20) {
            case 0: Permission.everyone
            case 1..<5: Permission.user(try Name(name()))
            case 5..<10: Permission.topic(try Name(name()))
            default: Permission.topicsBelow(try Name(name() + "/"))
            }
        }
        let together = Permissions(permissions)
        #expect(together.all == permissions)
        for _ in 0..<400 {
            let address: Address = next(3) == 0 ? .user(try Name(name())) : .topic(try Name(name()))
            #expect(together.allows(address) == Self.allows(permissions, address), "\(permissions), \(address)")
        }
        #expect(together.allows(.everyone) == Self.allows(permissions, .everyone))
        #expect(Permissions(permissions + [.anything]).allows(.topic(try Name("x"))))
    }

    @Test("None allow nothing")
    func none() throws {
        for address in [Address.everyone, .user(try Name("a")), .topic(try Name("a"))] {
            #expect(!Permissions([]).allows(address))
        }
        #expect(Permissions([]).isEmpty && Permissions([]) == [])
    }
}
