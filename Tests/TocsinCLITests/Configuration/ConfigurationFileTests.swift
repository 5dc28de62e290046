import Testing

@testable import TocsinCLI

@Suite struct ConfigurationFileTests {
    private func texts(_ file: String) throws -> [String: [String]] {
        try ConfigurationFile(file, name: "f").settings.mapValues { $0.values.map(\.text) }
    }

    @Test(arguments: ["", "\n", "# port: 1\n", "---\n", "---\n# nothing\n...\n", "~", "{}", "null\n"])
    func `a file that says nothing is fine`(file: String) throws {
        #expect(try texts(file).isEmpty)
    }

    @Test(arguments: [
        ("port: 8080", "8080"), ("port: 0x1F", "0x1F"), ("port: '8080'", "8080"), ("port: 007", "007"),
        ("{port: 1}", "1"), ("\"port\": true", "true"), ("port:   5_000   # c", "5_000"), ("---\nport: 30s", "30s"),
        ("\u{FEFF}port: 1\r\n", "1"), ("port: !!int 5", "5"), ("? port\n: 5", "5"), ("port: a & b * c", "a & b * c"),
        ("port: 'null'", "null"), ("port: |\n  one\n  two", "one\ntwo"), ("port: \"\\u00e9\\n\"", "é\n"),
        ("port: 예약 완료", "예약 완료"), ("port: no", "no"), ("port: \"&a *b\"", "&a *b"), ("port: &a 1", "1"),
    ])
    func `a value is its text`(file: String, text: String) throws {
        #expect(try texts(file) == ["port": [text]])
    }

    @Test func `a list is a list or one value, and knows its lines`() throws {
        let file = try ConfigurationFile("allowed-host: a\n\ncors-origin: [b,\n  c]\n", name: "f")
        #expect(file.settings["allowed-host"]?.values == [.init(text: "a", line: 1)])
        #expect(file.settings["cors-origin"]?.line == 3)
        #expect(file.settings["cors-origin"]?.values == [.init(text: "b", line: 3), .init(text: "c", line: 4)])
    }

    private static let cure = "indent all keys alike, and quote what has special characters"

    @Test(arguments: [
        ("host: a\n\nprot: 1", "f:3: unknown key 'prot', perhaps port; see 'tocsin serve --help'"),
        ("cors_origin: a", "f:1: unknown key 'cors_origin', perhaps cors-origin; see 'tocsin serve --help'"),
        ("Port: 1", "f:1: unknown key 'Port', perhaps port; see 'tocsin serve --help'"),
        (
            "host: a\ntoken-key: b",
            "f:2: token-key is not read from a file, which others may read; give token-key-file"
        ),
        ("timeout: 1", "f:1: unknown key 'timeout'; see 'tocsin serve --help'"),
        ("serve:\n  port: 1", "f:1: unknown key 'serve'; see 'tocsin serve --help'"),
        ("'': 1", "f:1: unknown key ''; see 'tocsin serve --help'"),
        ("port:\n  - 1", "f:2: port is one value, not a list; write 'port: <number>'"),
        ("port: {a: 1}", "f:1: port is one value, not a map; write 'port: <number>'"),
        ("insecure-open: [true]", "f:1: insecure-open is one value, not a list; write 'insecure-open: true'"),
        (
            "cors-origin: {a: b}",
            "f:1: cors-origin is a value or a list of them, not a map; write 'cors-origin: [<origin>, <origin>]'"
        ),
        (
            "cors-origin:\n  - a\n  - [b]",
            "f:3: cors-origin is a value or a list of them, not a list; write 'cors-origin: [<origin>, <origin>]'"
        ),
        ("port:\nhost: a", "f:1: port has no value; write 'port: <number>', or leave it out"),
        ("host: a\nport: ~", "f:2: port has no value; write 'port: <number>', or leave it out"),
        ("port: NULL", "f:1: port has no value; write 'port: <number>', or leave it out"),
        (
            "cors-origin:\n  - a\n  -",
            "f:1: cors-origin has no value; write 'cors-origin: [<origin>, <origin>]', or leave it out"
        ),
        ("host: a\nport: 1\nport: 2", "f:2: the key 'port' is there twice; keep one of them"),
        ("port: 1\n\"port\": 1", "f:1: the key 'port' is there twice; keep one of them"),
        ("port: 1\n!x port: 2", "f:2: the key 'port' is there twice; keep one of them"),
        ("- port: 1", "f:1: a list is no map of options; write one a line, like 'port: 8080'"),
        ("\nport=8080", "f:2: a text is no map of options; write one a line, like 'port: 8080'"),
        ("? [a]\n: 1", "f:1: a list is no key; a key is the name of an option, like 'port: 8080'"),
        (
            "port: 1\n host: a",
            "f:2:6: not YAML: mapping values are not allowed in this context; \(cure)"
        ),
        (
            "port: 1\ngreeting: \"a",
            "f:2:13: not YAML: while scanning a quoted scalar, found unexpected end of stream; \(cure)"
        ),
        (
            "\tport: 1",
            "f:1:1: not YAML: while scanning for the next token, found character that cannot start any token; \(cure)"
        ),
        (
            "cors-origin: *",
            "f:1:15: not YAML: while scanning an alias, did not find expected alphabetic or numeric character; \(cure)"
        ),
        ("greeting: *hello", "f:1:11: not YAML: found undefined alias; quote a text that begins with *"),
        ("port: 1\n---\nport: 2", "f:2:1: not YAML: a second document begins here; keep one of them"),
        (
            "host: a\ngreeting: \u{7}",
            #"f:2: not YAML: control characters are not allowed; in double quotes they are written like \x1b"#
        ),
        ("host: &a b\ngreeting: *a", "f:2: the alias '*a' is not read here; write out what it stands for"),
    ])
    func `what is wrong is told with its line and what would be right`(file: String, message: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try texts(file) }
        #expect(failure == CommandFailure(message))
    }

    /// Sixty lists, of which each has the one before twice, and the last as a key.
    private static let bomb =
        "b0: &b0 [x]\n" + (1...60).map { "b\($0): &b\($0) [*b\($0 - 1), *b\($0 - 1)]\n" }.joined() + "? *b60\n: 1"

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [bomb] + ["[", "- ", "? ", "{a: "].map { String(repeating: $0, count: 100_000) })
    func `a file that is meant to do harm is refused`(file: String) {
        #expect(throws: CommandFailure.self) { try texts(file) }
    }

    @Test(arguments: [
        ("prot", "port"), ("hots", "host"), ("cors-origins", "cors-origin"), ("maxbody", "max-body"),
        ("heart-beat", "heartbeat"), ("x", nil), ("", nil), ("database", "data"), ("verbose", nil),
    ])
    func `the nearest name is one that may have been meant`(written: String, name: String?) {
        #expect(NearestName.to(written, among: ServeOptions.all.map(\.name)) == name)
    }
}
