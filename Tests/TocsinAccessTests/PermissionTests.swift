import Testing
import Tocsin
import TocsinAccess

@Suite struct PermissionTests {
    @Test(
        "A permission allows what it names, byte by byte, and nothing else",
        arguments: [
            ("user:tiaz", ["user:tiaz"]),
            ("user:everyone", ["user:everyone"]),
            ("topic:orders", ["topic:orders"]),
            ("topic:orders/*", ["topic:orders/1", "topic:orders/1/2", "topic:orders//", "topic:orders/*"]),
            ("everyone", ["everyone"]),
            ("topic:\u{E9}", ["topic:\u{E9}"]),
        ])
    func allowance(permission: String, allowed: [String]) throws {
        let permission = try Permission(permission)
        for (text, address) in try Self.addresses() {
            #expect(
                Permissions([permission]).allows(address) == allowed.contains { Array($0.utf8) == Array(text.utf8) },
                "\(text)")
            #expect(try Permissions([Permission("*")]).allows(address))
        }
    }

    /// Each with the permission that it needs.
    private static func addresses() throws -> [(String, Address)] {
        let users = ["tiaz", "Tiaz", "tiaz ", "tia", "tiaz/", "everyone", "*", "t\u{456}az", "ｔｉａｚ"]
        let topics = [
            "orders", "Orders", "orders/", "orders/1", "orders/1/2", "orders//", "orders/*", "ordersX", "orders/../x",
            "orders/./x", "orders/..", "orders/.", "orders/x/..", "tiaz", "everyone", "*", "\u{E9}", "e\u{301}",
            "orders%2F1",
            "ORDERS/1", "x/orders/1",
        ]
        return try users.map { ("user:\($0)", Address.user(try Name($0))) }
            + topics.map { ("topic:\($0)", Address.topic(try Name($0))) } + [("everyone", Address.everyone)]
    }

    @Test(
        "What is no permission is refused, with what to write instead",
        arguments: [
            "", "tiaz", "user", "user:", "topic:", "topic:*", "user:*", "User:tiaz", "users:a", "topic:/\u{0}*",
            "everyone ",
            " *", "**", "everyone:", "user:\n", "topic:" + String(repeating: "x", count: 257),
        ])
    func refusal(text: String) throws {
        let error = #expect(throws: InvalidPermission.self) { try Permission(text) }
        #expect(error?.description.isEmpty == false)
        #expect(error?.description.contains { $0.isNewline } == false)
    }

    @Test(
        "A permission reads again as it is written",
        arguments: [
            "user:a:b", "topic:a/*", "topic:a*", "everyone", "*", "topic:\u{301}x", "user:\u{200D}a", "user:\u{1F3FD}",
            "topic:\u{301}/*",
        ])
    func roundTrip(text: String) throws {
        #expect(try Permission(text).description.utf8.elementsEqual(text.utf8))
    }
}
