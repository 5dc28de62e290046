import ArgumentParser
import Foundation
import Testing

@testable import TocsinCLI

@Suite struct PublishMessageTests {
    private func body(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let command = try PublishCommand.parse(["--key", "k"] + arguments)
        return String(decoding: try command.message(standardInput: { Data(input) }).body, as: UTF8.self)
    }

    @Test(arguments: [
        (["--user", "a", "hi"], #"{"user":"a","data":"hi","key":"k"}"#),
        (["--user", "a", "--user", "b", "hi"], #"{"users":["a","b"],"data":"hi","key":"k"}"#),
        (["--topic", "a", "hi"], #"{"topic":"a","data":"hi","key":"k"}"#),
        (["--topic", "a", "--topic", "b", "hi"], #"{"topics":["a","b"],"data":"hi","key":"k"}"#),
        (["--everyone", ""], #"{"everyone":true,"data":"","key":"k"}"#),
        (["--user", "\"\n", "a\"b\\"], #"{"user":"\"\n","data":"a\"b\\","key":"k"}"#),
        (
            ["--user", "a", "--event", "notice", "--ttl", "5m", "hi"],
            #"{"user":"a","event":"notice","data":"hi","ttl":300,"key":"k"}"#
        ),
        (
            ["--user", "a", "--lang", "ko=안녕", "--lang", "en-US=a=b"],
            #"{"user":"a","translations":{"ko":"안녕","en-US":"a=b"},"key":"k"}"#
        ),
        (["--user", "a", "--lang", "ko=", "hi"], #"{"user":"a","data":"hi","translations":{"ko":""},"key":"k"}"#),
        (
            ["--user", "a", "--json", #"{"z": 1.10, "a":[null]}"#],
            #"{"user":"a","data":{"z":1.10,"a":[null]},"key":"k"}"#
        ),
        (
            ["--user", "a", "--json", "--lang", "ko=1", "--lang", #"en="x""#],
            #"{"user":"a","translations":{"ko":1,"en":"x"},"key":"k"}"#
        ),
        (["--user", "a", "--", "--json"], #"{"user":"a","data":"--json","key":"k"}"#),
    ])
    func `the body says what the options say`(arguments: [String], expected: String) throws {
        #expect(try body(arguments) == expected)
    }

    @Test(arguments: [
        ("hi\n", "hi"), ("hi\r\n", "hi"), ("hi", "hi"), ("a\nb\n\n", #"a\nb\n"#), ("", ""), ("\n", ""),
    ])
    func `a dash takes the text from standard input, without its last line end`(input: String, data: String) throws {
        #expect(
            try body(["--user", "a", "-"], input: Array(input.utf8)) == #"{"user":"a","data":"\#(data)","key":"k"}"#)
    }

    @Test(arguments: [
        (["hi"], "--user, --topic or --everyone"), (["--user", "a", "--topic", "b", "hi"], "not several"),
        (["--user", "a", "--everyone", "hi"], "not several"), (["--user", "a"], "nothing to say"),
        (["--user", "a", "--lang", "hi"], "--lang"), (["--user", "a", "--lang", "no tag=hi"], "--lang"),
        (["--user", "a", "--lang", "ko=a", "--lang", "KO=b"], "twice"), (["--user", "a", "--ttl", "0", "hi"], "--ttl"),
        (["--user", "a", "--ttl", "366d", "hi"], "--ttl"), (["--user", "a", "--ttl", "1500ms", "hi"], "--ttl"),
        (["--user", "a", "--json", #"1,"user":"b""#], "DATA is not JSON"),
        (["--user", "a", "--json", ""], "DATA is not JSON"),
        (["--user", "a", "--json", "--lang", "ko=x", "1"], "--lang ko is not JSON"),
    ])
    func `what cannot be an alarm is bad usage`(arguments: [String], reason: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try body(arguments) }
        #expect(failure.status == .badUsage)
        #expect(failure.message.contains(reason), "\(failure.message)")
    }

    @Test(arguments: [[0xFF], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func `standard input that is not UTF-8 is a failure`(input: [UInt8]) throws {
        let failure = try #require(throws: CommandFailure.self) { try body(["--user", "a", "-"], input: input) }
        #expect(failure.status == .failure)
        #expect(failure.message.contains("UTF-8"))
    }

    @Test func `an alarm without a key gets a random one of 128 bits`() throws {
        let command = try PublishCommand.parse(["--user", "a", "hi"])
        let keys = try (0..<100).map { _ in try command.message(standardInput: { Data() }).key }
        #expect(Set(keys).count == 100)
        #expect(keys.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test(arguments: [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/alarms"), ("https://a.example/", "https://a.example/alarms"),
        ("http://[::1]:80/tocsin", "http://[::1]:80/tocsin/alarms"),
    ])
    func `alarms are published below the server's URL`(server: String, url: String) throws {
        let command = try PublishCommand.parse(["--server", server, "--user", "a", "hi"])
        #expect(try command.client(environment: [:]).url == url)
    }

    @Test(arguments: [
        "", "127.0.0.1:5000", "localhost", "ftp://a", "http://", "http://a?x", "http://a#x", "http://u:p@a",
    ])
    func `a server that is no URL is told by where it was given`(server: String) throws {
        let onLine = try PublishCommand.parse(["--server", server, "--user", "a", "hi"])
        #expect(try #require(throws: CommandFailure.self) { try onLine.client(environment: [:]) }.status == .badUsage)
        let without = try PublishCommand.parse(["--user", "a", "hi"])
        guard !server.isEmpty else { return }
        let failure = try #require(throws: CommandFailure.self) {
            try without.client(environment: ["TOCSIN_SERVER": server])
        }
        #expect(failure.status == .failure && failure.message.hasPrefix("TOCSIN_SERVER "))
    }

    @Test func `the command line wins over the environment`() throws {
        let environment = ["TOCSIN_SERVER": "http://there", "TOCSIN_TOKEN": "variable"]
        let given = try PublishCommand.parse(["--server", "http://here", "--token", "flag", "--user", "a", "hi"])
            .client(environment: environment)
        #expect(given.url == "http://here/alarms" && given.token == "flag")
        let without = try PublishCommand.parse(["--user", "a", "hi"]).client(environment: environment)
        #expect(without.url == "http://there/alarms" && without.token == "variable")
    }

    @Test func `an empty variable counts as not given`() throws {
        let client = try PublishCommand.parse(["--user", "a", "hi"])
            .client(environment: ["TOCSIN_SERVER": "", "TOCSIN_TOKEN": ""])
        #expect(client.url == "http://127.0.0.1:5000/alarms" && client.token == nil)
    }

    @Test func `a token that would break the request is refused`() throws {
        let command = try PublishCommand.parse(["--token", "a\r\nb", "--user", "a", "hi"])
        #expect(throws: CommandFailure.self) { try command.client(environment: [:]) }
    }
}
