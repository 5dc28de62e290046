import ArgumentParser
import ServerSentEvents
import Testing

@testable import TocsinCLI

@Suite struct ListenCommandTests {
    private func stream(_ arguments: String..., environment: [String: String] = [:]) throws -> ListenStream {
        let command = try #require(try TocsinCommand.parseAsRoot(["listen"] + arguments) as? ListenCommand)
        return try command.stream(environment: environment)
    }

    @Test("A user and topics make the path of a stream, whatever their names hold")
    func path() throws {
        #expect(try stream("--user", "tiaz").url == "http://127.0.0.1:5000/connection/tiaz")
        let names = try stream(
            "--user", "a/b?c", "--topic", "김 민", "--topic", "x&y=z+%", "--server", "https://example.com/t/")
        #expect(
            names.url
                == "https://example.com/t/connection/a%2Fb%3Fc?topic=%EA%B9%80%20%EB%AF%BC&topic=x%26y%3Dz%2B%25")
        #expect(
            try stream("--topic", "a", environment: ["TOCSIN_SERVER": "http://localhost:1"]).url
                == "http://localhost:1/events?topic=a")
    }

    @Test("The token of the environment is shown to the server, and not to any other")
    func token() throws {
        let environment = ["TOCSIN_TOKEN": "secret"]
        #expect(try stream("--user", "a", environment: environment).token == "secret")
        #expect(try stream("--user", "a", "--token", "other", environment: environment).token == "other")
        #expect(try stream("http://example.com/", environment: environment).token == nil)
        #expect(try stream("http://example.com/", "--token", "other", environment: environment).token == "other")
    }

    @Test("Languages and the id to go on after are taken as they are")
    func options() throws {
        let stream = try stream("--user", "a", "--lang", "ko,en;q=0.5", "--last-event-id", "earliest")
        #expect(stream.languages == "ko,en;q=0.5")
        #expect(stream.lastEventID.string == "earliest")
    }

    @Test(
        "What cannot be listened to is said",
        arguments: [
            ([], "whom to listen for is missing"), (["--user", ""], "--user or --topic is empty"),
            (["--topic", ""], "--user or --topic is empty"), (["http://a/", "--topic", "b"], "with a URL there is no"),
            (["http://a/", "--server", "http://b/"], "with a URL there is no"),
            (["--user", "a", "--server", "ftp://b"], "--server is a URL like http://127.0.0.1:5000"),
            (["--user", "a", "--token", "a b"], "--token is printable ASCII"),
            (["http://a/", "--token", ""], "--token is printable ASCII"),
            (["--user", "a", "--lang", "ko\r\nX: y"], "--lang is a list of languages"),
            (["--user", "a", "--last-event-id", "1\n2"], "--last-event-id is one line"),
        ])
    func wrong(arguments: [String], message: String) throws {
        let command = try #require(try TocsinCommand.parseAsRoot(["listen"] + arguments) as? ListenCommand)
        let failure = #expect(throws: CommandFailure.self) { try command.stream(environment: [:]) }
        #expect(failure?.status == .badUsage)
        #expect(failure?.message.contains(message) == true)
    }

    @Test("Where a server refuses it is told by which options it might not, which an API key has none of")
    func cure() throws {
        let own = try stream("--user", "a", "--topic", "b", environment: ["TOCSIN_TOKEN": "t"]).cure
        #expect(own.noToken == "give --token or TOCSIN_TOKEN")
        #expect(own.littleToken == "make one with 'tocsin token --user a --subscribe topic:b'")
        #expect(try stream("--user", "a", "--token", "tocsin_1").cure.littleToken == nil)
        let foreign = try stream("http://a/").cure
        #expect(foreign.noToken == "give --token" && foreign.littleToken == nil)
    }
}
