import Testing

@testable import TocsinCLI

@Suite struct PrintedConfigurationTests {
    private func printed(
        _ arguments: [String] = [], _ environment: [String: String] = [:], file: String? = nil,
        openFileLimit: Int = 1200
    ) throws -> String {
        let options = try OptionReader.of(arguments, environment, file: file)
        return PrintedConfiguration(
            of: options, settings: try ServeSettings(options, openFileLimit: openFileLimit)
        ).description
    }

    @Test func `without options it is the defaults, with the number of streams that holds`() throws {
        #expect(
            try printed()
                == """
                host: 127.0.0.1  # default
                port: 5000  # default
                # tls-certificate:  # not given
                # tls-key:  # not given
                insecure-open: false  # default
                allowed-host: []  # default
                cors-origin: []  # default
                # token-key-file:  # not given
                # jwks:  # not given
                # token-issuer:  # not given
                # token-audience:  # not given
                # audit:  # not given
                data: tocsin.db  # default
                retain: 7d  # default
                retain-alarms: 1000000  # default
                key-retention: 24h  # default
                # default-language:  # not given
                # greeting:  # not given
                heartbeat: 15s  # default
                connections: shared  # default
                max-connections: 1000  # default
                # max-connections-per-user:  # not given
                # max-connections-per-address:  # not given
                # publish-rate:  # not given
                trusted-proxy: []  # default
                max-body: 1048576  # default
                request-timeout: 30s  # default
                stream-buffer: 65536  # default
                stall-timeout: 60s  # default
                # stream-lifetime:  # not given
                drain: 10s  # default
                log-level: info  # default
                log-format: text  # default

                """)
    }

    @Test func `each value says where it is from`() throws {
        let lines = try printed(
            ["--port", "8080", "--insecure-open", "--allowed-host", "a.example", "--allowed-host", "b.example"],
            [
                "TOCSIN_HEARTBEAT": "30", "TOCSIN_CORS_ORIGIN": "https://a.example, https://b.example",
                "TOCSIN_DATA": "",
            ],
            file: "drain: 5\n\ngreeting: 'a # b: {user}\n\n  \u{1F44B}'\nheartbeat: 1\nallowed-host: c.example\n"
        ).split(separator: "\n")
        for line in [
            "port: 8080  # --port",
            "insecure-open: true  # --insecure-open",
            "allowed-host: [a.example, b.example]  # --allowed-host",
            "cors-origin: [https://a.example, https://b.example]  # TOCSIN_CORS_ORIGIN",
            "data: tocsin.db  # default",
            #"greeting: "a # b: {user}\n\#u{1F44B}"  # tocsin.yaml:3"#,
            "heartbeat: 30  # TOCSIN_HEARTBEAT",
            "drain: 5  # tocsin.yaml:1",
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }

    @Test(arguments: [
        [],
        [
            "--host", "::1", "--port", "0", "--tls-certificate", "c.pem", "--tls-key", "k.pem", "--insecure-open",
            "--allowed-host", "a.example", "--allowed-host",
            "b.example:1", "--cors-origin", "https://a.example", "--data", ":memory:", "--retain", "90m",
            "--retain-alarms", "10", "--key-retention", "2d", "--default-language", "no", "--greeting",
            "{user}: \"hi\" # \\\n\t안녕 ", "--heartbeat", "1m", "--connections", "latest", "--max-connections", "7",
            "--max-connections-per-user", "2", "--publish-rate", "4", "--trusted-proxy", "10.0.0.0/8", "--max-body",
            "1", "--stream-lifetime", "1h", "--drain", "250ms",
        ],
    ])
    func `a printed configuration taken as a file gives the same again`(arguments: [String]) throws {
        let first = try printed(arguments)
        let second = try printed(file: first)
        func values(_ text: String) -> [Substring] {
            text.split(separator: "\n").map { $0.prefix(upTo: $0.lastRange(of: "  # ")?.lowerBound ?? $0.endIndex) }
        }
        #expect(values(first) == values(second))
        #expect(!second.contains("  # default\n"))
    }

    @Test func `every option appears once`() throws {
        let names = try printed().split(separator: "\n").map { $0.trimmingPrefix("# ").prefix { $0 != ":" } }
        #expect(names.map(String.init) == ServeOptions.all.filter { !$0.isSecret }.map(\.name))
    }

    @Test func `a wrong value is the error that a start would give`() throws {
        let failure = try #require(throws: CommandFailure.self) { try printed(file: "\nhost: 0.0.0.0") }
        #expect(failure.message.contains("--insecure-open"))
        #expect(throws: CommandFailure.self) { try printed([], ["TOCSIN_PORT": "x"]) }
    }

    private static let secret = ServeOption<Int>(
        "password", valueName: "number", help: "A made-up option.", isSecret: true, requirement: "is a number",
        parse: { Int($0) })

    @Test func `a secret is hidden wherever it is given, and no file gives it`() throws {
        let option = Self.secret.description
        let hidden = "is set  # hidden, and not read from a file\n"
        let cases: [(OptionReader, String)] = [
            (OptionReader(given: [option: .text("123")], environment: [:]), "# --password \(hidden)"),
            (OptionReader(given: [:], environment: ["TOCSIN_PASSWORD": "123"]), "# TOCSIN_PASSWORD \(hidden)"),
            (OptionReader(given: [:], environment: [:]), ""),
        ]
        for (reader, line) in cases {
            #expect(PrintedConfiguration(of: reader, table: [option]).description == line)
        }
        let failure = #expect(throws: CommandFailure.self) {
            try ConfigurationFile("password: 123", name: "f.yaml", options: [option])
        }
        #expect(
            failure?.message
                == "f.yaml:1: password is not read from a file, which others may read; give the variable TOCSIN_PASSWORD"
        )
    }

    @Test func `a secret of the environment is told of, and what is printed can be taken as a file`() throws {
        let secret = "a secret of more than thirty-two bytes"
        let text = try printed([], ["TOCSIN_TOKEN_KEY": secret])
        #expect(text.contains("\n# TOCSIN_TOKEN_KEY is set  # hidden, and not read from a file\n"))
        #expect(!text.contains(secret))
        #expect(throws: Never.self) { try printed(file: text) }
    }

    @Test func `a wrong secret is refused without being told`() throws {
        let reader = OptionReader(given: [:], environment: ["TOCSIN_PASSWORD": "hunter2"])
        let failure = try #require(throws: CommandFailure.self) { try reader.value(Self.secret) }
        #expect(failure == CommandFailure("TOCSIN_PASSWORD is a number, not what was given"))
    }
}

extension Substring {
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        ranges(of: text).last
    }
}
