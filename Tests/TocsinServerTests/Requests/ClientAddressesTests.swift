import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct ClientAddressesTests {
    private static let proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8:f::/48"]

    private func client(of peer: String, _ forwardedFor: [String], trusting proxies: [String] = proxies) throws
        -> String?
    {
        let clients = ClientAddresses(trustedProxies: try proxies.map { try #require(AddressRange($0)) })
        return clients.address(of: try SocketAddress(ipAddress: peer, port: 1), forwardedFor: forwardedFor)?.description
    }

    @Test("Who is no trusted proxy is the client itself, whatever it says")
    func untrusted() throws {
        #expect(try client(of: "192.0.2.1", ["203.0.113.9"]) == "192.0.2.1")
        #expect(try client(of: "127.0.0.1", ["203.0.113.9"], trusting: []) == "127.0.0.1")
        #expect(try client(of: "2001:db8:e::1", ["203.0.113.9"]) == "2001:db8:e::1")
    }

    @Test(
        "Behind trusted proxies the client is the last address that is none of theirs",
        arguments: [
            (["203.0.113.9"], "203.0.113.9"),
            // What the client wrote itself stands before.
            (["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
            (["198.51.100.1, 203.0.113.9 ,\t10.1.2.3"], "203.0.113.9"),
            (["203.0.113.9", "10.1.2.3, 2001:db8:f::7"], "203.0.113.9"),
            (["203.0.113.9:4711"], "203.0.113.9"), (["[2001:db8::9]:4711"], "2001:db8::9"),
            (["[2001:db8::9]"], "2001:db8::9"), (["2001:db8::9"], "2001:db8::9"),
            (["::ffff:203.0.113.9"], "203.0.113.9"),
            // All are theirs: it comes from the farthest.
            (["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
            // What is no address ends what is known.
            (["203.0.113.9, unknown, 10.1.2.3"], "10.1.2.3"), (["unknown"], "127.0.0.1"), ([], "127.0.0.1"),
            ([""], "127.0.0.1"), (["203.0.113.9,"], "203.0.113.9"),
        ])
    func trusted(forwardedFor: [String], expected: String) throws {
        #expect(try client(of: "127.0.0.1", forwardedFor) == expected)
        #expect(try client(of: "::ffff:127.0.0.1", forwardedFor) == expected)
    }

    @Test("A connection without an address has none")
    func noPeer() throws {
        let clients = ClientAddresses()
        #expect(clients.address(of: nil, forwardedFor: ["203.0.113.9"]) == nil)
        let socket = try SocketAddress(unixDomainSocketPath: "/tmp/socket")
        #expect(clients.address(of: socket, forwardedFor: []) == nil)
    }

    @Test(
        "A range holds the addresses that begin with its bits",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.9.9.9/8", "10.1.1.1", true),
            ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.128", true),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "203.0.113.9", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.2", false),
            ("2001:db8::/32", "2001:db8:9::", true),
            ("2001:db8::/32", "2001:db9::", false), ("2001:db8::/65", "2001:db8::7fff:0:0:0", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::1", "::1", true), ("::1/128", "::2", false),
        ])
    func ranges(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "What is no range is refused",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "10.0.0.0/8/8", "proxy",
        ])
    func noRange(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
