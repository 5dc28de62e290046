import Foundation
import Testing
import Tocsin
import TocsinServer

@testable import TocsinCLI

@Suite struct ServeSettingsTests {
    @Test func `without options the defaults of the table hold`() throws {
        let settings = try ServeSettings.of()
        let server = settings.configuration
        #expect(server.host == "127.0.0.1")
        #expect(server.port == 5000)
        #expect(server.allowedHosts.isEmpty)
        #expect(server.corsOrigins.isEmpty)
        #expect(server.maximumBody == 1_048_576)
        #expect(server.drain == .seconds(10))
        #expect(server.hub.retention == RetentionPolicy(age: 604_800, alarms: 1_000_000, keyAge: 86_400))
        #expect(server.hub.greeting == nil)
        #expect(server.hub.shard.defaultLanguage == nil)
        #expect(server.hub.shard.heartbeat == 15)
        #expect(server.hub.maximumConnectionsPerUser == nil)
        #expect(server.hub.maximumConnections == 1000)
        #expect(server.hub.maximumConnectionsPerAddress == nil)
        #expect(server.hub.shard.streamLifetime == nil)
        #expect(server.publishRate == nil)
        #expect(server.trustedProxies.isEmpty)
        #expect(settings.data == .file("tocsin.db"))
        #expect(settings.isOpenToAll == false)
    }

    @Test func `what the table tells people as defaults is what holds`() throws {
        let server = try ServeSettings.of().configuration
        let told = Dictionary(uniqueKeysWithValues: ServeOptions.all.map { ($0.name, $0.fallback) })
        #expect(told["host"] == server.host)
        #expect(told["port"] == "\(server.port)")
        #expect(told["max-body"] == "\(server.maximumBody)")
        #expect(told["retain-alarms"] == "\(server.hub.retention.alarms)")
        #expect(told["data"] == "tocsin.db")
        let retention = server.hub.retention
        #expect(told["retain"]?.flatMap(DurationOption.init)?.wholeSeconds == retention.age)
        #expect(told["key-retention"]?.flatMap(DurationOption.init)?.wholeSeconds == retention.keyAge)
        #expect(told["heartbeat"]?.flatMap(DurationOption.init)?.wholeSeconds == server.hub.shard.heartbeat)
        #expect(told["request-timeout"]?.flatMap(DurationOption.init)?.duration == server.requestTimeout)
        #expect(told["stall-timeout"]?.flatMap(DurationOption.init)?.wholeSeconds == server.hub.shard.stallTimeout)
        #expect(told["stream-buffer"] == "\(server.streamBuffer)")
        #expect(told["drain"]?.flatMap(DurationOption.init)?.duration == server.drain)
    }

    @Test func `every option is read from the command line`() throws {
        let settings = try ServeSettings.of([
            "--host", "0.0.0.0", "--port", "0", "--tls-certificate", "c.pem", "--tls-key", "k.pem", "--insecure-open",
            "--allowed-host", "a.example", "--allowed-host",
            "b.example", "--cors-origin", "https://a.example", "--cors-origin", "http://b.example:8080", "--data",
            ":memory:", "--retain", "90m", "--retain-alarms", "10", "--key-retention", "2d", "--default-language",
            "en-US", "--greeting", "Hello {user}", "--heartbeat", "1m", "--connections", "latest", "--max-connections",
            "7", "--max-connections-per-user", "9", "--max-connections-per-address", "3", "--publish-rate", "4",
            "--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8", "--max-body", "1", "--request-timeout",
            "1500ms", "--stream-buffer", "4096", "--stall-timeout", "5", "--stream-lifetime", "1h", "--drain", "250ms",
        ])
        try expectAllGiven(settings)
    }

    @Test func `every option is read from the environment`() throws {
        let settings = try ServeSettings.of(
            [],
            [
                "TOCSIN_HOST": "0.0.0.0", "TOCSIN_PORT": "0", "TOCSIN_TLS_CERTIFICATE": "c.pem",
                "TOCSIN_TLS_KEY": "k.pem", "TOCSIN_INSECURE_OPEN": "true",
                "TOCSIN_ALLOWED_HOST": "a.example,b.example",
                "TOCSIN_CORS_ORIGIN": "https://a.example, http://b.example:8080", "TOCSIN_DATA": ":memory:",
                "TOCSIN_RETAIN": "90m", "TOCSIN_RETAIN_ALARMS": "10", "TOCSIN_KEY_RETENTION": "2d",
                "TOCSIN_DEFAULT_LANGUAGE": "en-US", "TOCSIN_GREETING": "Hello {user}", "TOCSIN_HEARTBEAT": "1m",
                "TOCSIN_CONNECTIONS": "latest", "TOCSIN_MAX_CONNECTIONS": "7", "TOCSIN_MAX_CONNECTIONS_PER_USER": "9",
                "TOCSIN_MAX_CONNECTIONS_PER_ADDRESS": "3", "TOCSIN_PUBLISH_RATE": "4",
                "TOCSIN_TRUSTED_PROXY": "127.0.0.1,10.0.0.0/8", "TOCSIN_MAX_BODY": "1",
                "TOCSIN_REQUEST_TIMEOUT": "1500ms", "TOCSIN_STREAM_BUFFER": "4096", "TOCSIN_STALL_TIMEOUT": "5",
                "TOCSIN_STREAM_LIFETIME": "60m", "TOCSIN_DRAIN": "250ms",
            ])
        try expectAllGiven(settings)
    }

    @Test func `every option is read from a file`() throws {
        let settings = try ServeSettings.of(
            file: """
                host: 0.0.0.0
                port: 0
                tls-certificate: c.pem
                tls-key: k.pem
                insecure-open: true
                allowed-host: [a.example, "b.example"]
                cors-origin:
                  - https://a.example
                  - http://b.example:8080
                data: ':memory:'
                retain: 90m
                retain-alarms: 10
                key-retention: 2d
                default-language: en-US
                greeting: Hello {user}   # whoever that is
                heartbeat: 1m
                connections: latest
                max-connections: 7
                max-connections-per-user: 9
                max-connections-per-address: 3
                publish-rate: 4
                trusted-proxy: [127.0.0.1, 10.0.0.0/8]
                max-body: 1
                request-timeout: 1500ms
                stream-buffer: 4096
                stall-timeout: 5
                stream-lifetime: 1h
                drain: 250ms
                """)
        try expectAllGiven(settings)
    }

    private func expectAllGiven(_ settings: ServeSettings) throws {
        #expect(settings.certificateFiles == CertificateFiles(certificate: "c.pem", key: "k.pem"))
        let server = settings.configuration
        #expect(server.host == "0.0.0.0")
        #expect(server.port == 0)
        #expect(settings.isOpenToAll)
        #expect(server.allowedHosts == ["a.example", "b.example"])
        #expect(server.corsOrigins == ["https://a.example", "http://b.example:8080"])
        #expect(settings.data == .memory)
        #expect(server.hub.retention == RetentionPolicy(age: 5400, alarms: 10, keyAge: 172_800))
        #expect(server.hub.shard.defaultLanguage == LanguageTag("en-US"))
        #expect(server.hub.greeting == "Hello {user}")
        #expect(server.hub.shard.heartbeat == 60)
        #expect(server.hub.maximumConnectionsPerUser == 1)
        #expect(server.hub.maximumConnections == 7)
        #expect(server.hub.maximumConnectionsPerAddress == 3)
        #expect(server.publishRate == 4)
        #expect(server.trustedProxies == ["127.0.0.1", "10.0.0.0/8"].compactMap(AddressRange.init))
        #expect(server.requestTimeout == .milliseconds(1500))
        #expect(server.streamBuffer == 4096)
        #expect(server.hub.shard.catchUpBytes == 4096)
        #expect(server.hub.shard.stallTimeout == 5)
        #expect(server.hub.shard.streamLifetime == 3600)
        #expect(server.maximumBody == 1)
        #expect(server.drain == .milliseconds(250))
    }

    @Test func `a user has as many streams as is said, and one where only the newest stays`() throws {
        #expect(
            try ServeSettings.of(["--max-connections-per-user", "9"]).configuration.hub.maximumConnectionsPerUser == 9)
    }

    @Test func `the command line wins over the environment, also whole lists`() throws {
        let server = try ServeSettings.of(
            ["--port", "1", "--allowed-host", "line.example"],
            ["TOCSIN_PORT": "2", "TOCSIN_HEARTBEAT": "3", "TOCSIN_ALLOWED_HOST": "a.example,b.example"]
        ).configuration
        #expect(server.port == 1)
        #expect(server.hub.shard.heartbeat == 3)
        #expect(server.allowedHosts == ["line.example"])
    }

    @Test func `the environment wins over the file, and the command line over both, also whole lists`() throws {
        let file = "port: 1\nheartbeat: 2\nmax-body: 3\nallowed-host: [f.example]\ncors-origin: [https://f.example]"
        let environment = [
            "TOCSIN_PORT": "12", "TOCSIN_HEARTBEAT": "13",
            "TOCSIN_CORS_ORIGIN": "https://a.example,https://b.example",
        ]
        let server = try ServeSettings.of(
            ["--port", "11", "--allowed-host", "line.example"], environment, file: file
        ).configuration
        #expect(server.port == 11)
        #expect(server.hub.shard.heartbeat == 13)
        #expect(server.maximumBody == 3)
        #expect(server.allowedHosts == ["line.example"])
        #expect(server.corsOrigins == ["https://a.example", "https://b.example"])
    }

    @Test(arguments: ServeOptions.all)
    func `an empty variable counts as not given`(option: OptionDescription) throws {
        let reader = OptionReader(given: [:], environment: [option.variable: ""])
        #expect(reader.origin(of: option) == nil)
        #expect((option.kind == .list ? reader.texts(of: option)?.first : reader.text(of: option)) == nil)
        #expect(try ServeSettings.of([], ["TOCSIN_PORT": ""], file: "port: 7").configuration.port == 7)
    }

    @Test func `a list of a file may be one value, or empty`() throws {
        #expect(try ServeSettings.of(file: "allowed-host: a.example").configuration.allowedHosts == ["a.example"])
        #expect(try ServeSettings.of(file: "allowed-host: []").configuration.allowedHosts.isEmpty)
    }

    @Test(arguments: [
        ("heartbeat: 15\nport: 65536", #"tocsin.yaml:2: port is a number from 0 to 65535, not "65536""#),
        ("insecure-open: yes", #"tocsin.yaml:1: insecure-open is true or false, or 1 or 0, not "yes""#),
        ("greeting: ''", #"tocsin.yaml:1: greeting is a text, not """#),
        (
            "cors-origin:\n  - https://a.example\n  - '*'",
            #"tocsin.yaml:3: cors-origin is one origin without a path, like https://app.example, or "#
                + #"https://*.app.example for every name below, not "*""#
        ),
        (
            "max-connections: 1001",
            "tocsin.yaml:1: max-connections 1001 is more than the 1000 that the limit of 1200 open files allows; "
                + "raise it to 1201 with 'ulimit -n', or LimitNOFILE in a systemd unit"
        ),
    ])
    func `a wrong value of a file is told with its line`(file: String, message: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try ServeSettings.of(file: file) }
        #expect(failure == CommandFailure(message))
    }

    @Test func `a wrong value of a file that something else overrides does no harm`() throws {
        #expect(try ServeSettings.of(["--port", "1"], file: "port: x").configuration.port == 1)
    }

    @Test(arguments: [
        ("host", "a b", "is an address"), ("host", "", "is an address"), ("host", "127.0.0.1:80", "is an address"),
        ("port", "65536", "from 0 to 65535"), ("port", "+1", "from 0 to 65535"),
        ("port", "", "from 0 to 65535"), ("port", "80a", "from 0 to 65535"),
        ("port", "99999999999999999999", "from 0 to 65535"), ("allowed-host", "https://a", "is the name of a host"),
        ("cors-origin", "*", "is one origin"), ("cors-origin", "null", "is one origin"),
        ("cors-origin", "https://a/", "is one origin"), ("data", "", "is the path of a file"),
        ("retain", "0", "from 1s to"), ("retain", "1500ms", "of whole seconds"), ("retain", "36501d", "to 36500d"),
        ("retain-alarms", "0", "from 1 to"), ("key-retention", "0s", "from 1s to"),
        ("default-language", "not a tag", "is a language tag"), ("greeting", "", "is a text"),
        ("heartbeat", "0", "from 1s to 1h"), ("heartbeat", "61m", "from 1s to 1h"), ("heartbeat", "1500ms", "whole"),
        ("connections", "newest", "is shared or latest"), ("max-connections", "0", "from 1 to"),
        ("max-connections", "1001", "more than the 1000 that the limit of 1200 open files allows"),
        ("max-body", "0", "from 1 to 1073741824"), ("max-body", "1073741825", "from 1 to 1073741824"),
        ("drain", "601", "from 0s to 10m"), ("drain", "x", "from 0s to 10m"),
    ])
    func `a wrong value is told by where it was given`(name: String, value: String, reason: String) throws {
        let onLine = try #require(throws: CommandFailure.self) { try ServeSettings.of(["--\(name)", value]) }
        #expect(onLine.status == .badUsage)
        #expect(onLine.message.hasPrefix("--\(name) ") && onLine.message.contains(reason), "\(onLine.message)")

        guard !value.isEmpty else { return }
        let variable = "TOCSIN_" + name.uppercased().replacing("-", with: "_")
        let inEnvironment = try #require(throws: CommandFailure.self) { try ServeSettings.of([], [variable: value]) }
        #expect(inEnvironment.status == .failure)
        #expect(inEnvironment.message.hasPrefix("\(variable) ") && inEnvironment.message.contains(reason))
    }

    @Test func `a certificate needs its key, and a key its certificate`() throws {
        for (given, missing) in [("--tls-certificate", "--tls-key"), ("--tls-key", "--tls-certificate")] {
            let failure = try #require(throws: CommandFailure.self) { try ServeSettings.of([given, "f.pem"]) }
            #expect(failure.message.hasPrefix("\(given) f.pem needs ") && failure.message.contains("\(missing) FILE"))
            #expect(failure.status == .failure)
        }
    }

    @Test(arguments: ["0.0.0.0", "127.0.0.1"], ["yes", "2", "TRUE"])
    func `a flag of the environment is true or false`(host: String, value: String) throws {
        let failure = try #require(throws: CommandFailure.self) {
            try ServeSettings.of(["--host", host], ["TOCSIN_INSECURE_OPEN": value])
        }
        #expect(failure.message.hasPrefix("TOCSIN_INSECURE_OPEN is true or false, or 1 or 0"))
    }

    @Test func `a flag of the environment may be a number`() throws {
        #expect(try ServeSettings.of(["--host", "0.0.0.0"], ["TOCSIN_INSECURE_OPEN": "1"]).isOpenToAll)
        let failure = try #require(throws: CommandFailure.self) {
            try ServeSettings.of(["--host", "0.0.0.0"], ["TOCSIN_INSECURE_OPEN": "0"])
        }
        #expect(failure.message.contains("is public"))
    }

    @Test(arguments: [(1024, 824), (201, 1), (200, 1), (10, 1)])
    func `streams leave open files for everything else`(limit: Int, streams: Int) throws {
        let server = try ServeSettings.of(openFileLimit: limit).configuration
        #expect(server.hub.maximumConnections == streams)
        #expect(server.maximumOpenConnections > streams)
    }

    @Test func `variables that are no options are found`() {
        let environment = [
            "TOCSIN_PROT": "1", "TOCSIN_PORT": "1", "TOCSIN_": "", "PATH": "/bin", "TOCSIN_SERVER": "",
            "TOCSIN_TOKEN": "", "TOCSIN_CONFIG": "a", "tocsin_port": "1",
        ]
        #expect(UnknownVariables.names(in: environment) == ["TOCSIN_", "TOCSIN_PROT"])
    }
}
