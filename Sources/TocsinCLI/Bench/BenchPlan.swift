import Foundation
import NIOCore
import NIOPosix
import TocsinBench

/// What `tocsin bench` was asked to do, checked.
struct BenchPlan: Sendable {
    static let filesBesideConnections = 50
    /// How long the server needs to keep the alarms, in seconds.
    private static let timeToLive = 60

    let settings: LoadSettings
    let publishing: PublishPlan
    /// As it was given.
    let server: String
    let process: Int32?

    /// - Throws: ``CommandFailure`` where an option is wrong, or the server is not one to put a load on.
    init(_ command: BenchCommand, environment: [String: String]) throws(CommandFailure) {
        let environment = environment.filter { !$0.value.isEmpty }
        server = command.url ?? environment[ServerAccess.serverVariable] ?? ServerAccess.defaultServer
        let (scheme, host, port) = try Self.parts(of: server)
        let address = try Self.address(of: host, port: port)
        guard command.yesLoadThisHost || address.isLoopback else {
            throw CommandFailure(
                "\(host) is not this machine; if the server is yours to load, say so with --yes-load-this-host")
        }
        try Self.check("--streams", command.streams, in: 1...1_000_000)
        try Self.check("--publishers", command.publishers, in: 1...10_000)
        try Self.check("--size", command.size, in: Mark.maximumSize...1_000_000)
        try Self.check("--topics", command.topics, in: 1...1_000_000)
        try Self.check("--users", command.users, in: 1...1_000_000)
        try Self.check("--rate", command.rate, in: 1...1_000_000)
        try Self.check("--streams-per-connection", command.streamsPerConnection, in: 1...1000)
        guard scheme == "https" || !command.http2 else {
            throw CommandFailure(usage: "--http2 needs a URL that begins with https")
        }
        guard command.http2 || command.streamsPerConnection == nil else {
            throw CommandFailure(usage: "--streams-per-connection needs --http2")
        }
        guard command.topics == nil || command.users == nil else {
            throw CommandFailure(usage: "--topics and --users exclude each other; give one of them")
        }
        guard let duration = DurationOption(command.duration), duration >= .seconds(1) else {
            throw CommandFailure(
                usage: "--duration is at least 1s, like 10s or 5m, not \(command.duration.debugDescription)")
        }
        if let process = command.pid, ProcessFigures(of: process) == nil {
            throw CommandFailure(usage: "--pid \(process) is no process that /proc tells of")
        }
        process = command.pid
        var target = TocsinTarget(
            authority: port == Self.ports[scheme] ? host : "\(host):\(port)",
            audience: command.users.map { .users($0) } ?? .topics(command.topics ?? 1),
            // Names of its own, so that those who listen to the server in earnest are not told.
            prefix: "bench-\(String(UInt32.random(in: 0 ... .max), radix: 36))-")
        target.token = command.access.token ?? environment[ServerAccess.tokenVariable]
        target.timeToLive = Self.timeToLive
        var settings = LoadSettings(address: address, target: target)
        settings.streams = command.streams
        settings.publishers = command.publishers
        settings.dataSize = command.size
        if scheme == "https" {
            // A server on this machine has a certificate of its own making, or one for another name.
            let isAddress = (try? SocketAddress(ipAddress: Self.withoutBrackets(host), port: port)) != nil
            settings.security = LoadSecurity(serverName: isAddress ? nil : host, verifies: !address.isLoopback)
        }
        if command.http2 { settings.streamsPerConnection = command.streamsPerConnection ?? 10 }
        self.settings = settings
        publishing = PublishPlan(
            .time(duration.duration),
            pace: command.rate.map { .rate(Double($0)) } ?? .closedLoop)
    }

    private static func check(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws(CommandFailure) {
        guard let value, !range.contains(value) else { return }
        throw CommandFailure(
            usage: "\(option) is a number from \(range.lowerBound) to \(range.upperBound), not \(value)")
    }

    private static let ports = ["http": 80, "https": 443]

    /// - Returns: the scheme, the host, where an IPv6 address is in brackets, and the port.
    private static func parts(of server: String) throws(CommandFailure) -> (String, String, Int) {
        guard let url = URL(string: server), let scheme = url.scheme, let port = ports[scheme],
            let host = url.host(percentEncoded: false),
            !host.isEmpty, ["", "/"].contains(url.path()), url.query() == nil, url.user() == nil
        else {
            throw CommandFailure(
                usage: "the server is a URL like http://127.0.0.1:5000, without a path, not \(server.debugDescription)")
        }
        return (scheme, host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host, url.port ?? port)
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    }

    private static func address(of host: String, port: Int) throws(CommandFailure) -> SocketAddress {
        do {
            return try SocketAddress.makeAddressResolvingHost(withoutBrackets(host), port: port)
        } catch {
            throw CommandFailure("there is no host \(host); see that the name is right")
        }
    }
}

extension SocketAddress {
    var isLoopback: Bool {
        ipAddress.flatMap { ListeningHost($0) }?.isLoopback ?? false
    }
}
