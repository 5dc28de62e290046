import NIOCore
import Testing

@testable import Tocsin

@Suite struct IPAddressTests {
    @Test(
        "An address is read as it is written",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::1", "::1"), ("0.0.0.0", "0.0.0.0"),
        ])
    func reading(text: String, description: String) throws {
        #expect(try #require(IPAddress(text)).description == description)
        let socket = try SocketAddress(ipAddress: text, port: 80)
        #expect(IPAddress(socket)?.description == description)
    }

    @Test(
        "What is no address is none", arguments: ["", "192.0.2", "192.0.2.1:80", "[::1]", "example", "1.2.3.4 ", "::g"])
    func noAddress(text: String) throws {
        #expect(IPAddress(text) == nil)
    }

    @Test("A socket in the file system has none")
    func unixSocket() throws {
        #expect(IPAddress(try SocketAddress(unixDomainSocketPath: "/tmp/socket")) == nil)
    }

    @Test("A client has an IPv4 address, or the /64 of an IPv6 one")
    func client() throws {
        #expect(IPAddress("192.0.2.1")?.client.description == "192.0.2.1")
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.client.description == "2001:db8:1:2::")
    }
}
