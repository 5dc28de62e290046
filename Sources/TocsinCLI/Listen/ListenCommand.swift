import ArgumentParser
import EventSourceClient
import Foundation
import ServerSentEvents
import TocsinAccess

/// `tocsin listen`: prints the events of a stream as they come, or runs a command for each.
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Listen to an event stream: print its events, or run a command for each.",
        usage: """
            tocsin listen [--user U] [--topic T]... [--lang L] [--last-event-id ID]
                          [--json] [--exec COMMAND] [--server URL] [--token TOKEN]
            tocsin listen [options] URL
            """,
        discussion: """
            It listens to a user's stream or to topics of a Tocsin server, or to any event stream at URL. When the \
            connection breaks it connects again, and says so on standard error; what came meanwhile follows. Ctrl-C \
            ends it, and tells the id after which --last-event-id goes on.

            With --exec, the shell runs COMMAND once for each event, one at a time: its standard input is the event's \
            data, and its environment has EVENT_TYPE, EVENT_ID and EVENT_DATA, each up to 64 KiB. Nothing is printed then \
            but what COMMAND prints.

            Over https the system's certificate authorities are trusted, or those in the file that the variable \
            SSL_CERT_FILE names. The token of \(ServerAccess.tokenVariable) is shown to the server, but not to URL.
            """)

    /// The options that are followed by a value, whatever that begins with.
    static let optionsWithValue: Set<String> = [
        "--user", "--topic", "--lang", "--last-event-id", "--exec", "--server", "--token",
    ]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Whose stream: alarms for that user and for everyone.", valueName: "name"))
    var user: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic to listen to, too; may be repeated.", valueName: "name"))
    var topic: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Languages, best first, like ko,en (sent as Accept-Language).", valueName: "ranges"))
    var lang: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Go on after this event; at a Tocsin server, earliest means all that is kept.", valueName: "id"))
    var lastEventID: String?

    @Flag(help: "Print each event as a JSON object on a line: type, data, lastEventId.")
    var json = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Run this for each event.", valueName: "command"))
    var exec: String?

    @OptionGroup
    var options: ServerOptions

    @Argument(help: ArgumentHelp("An event stream, of any server.", valueName: "url"))
    var url: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let stream = try stream(environment: environment)
        try await ListenRun(stream: stream, output: try output(environment: environment)).run()
    }

    /// What to listen to.
    func stream(environment: [String: String]) throws(CommandFailure) -> ListenStream {
        var stream = if let url { try foreign(url) } else { try own(environment: environment) }
        stream.languages = lang
        guard lang?.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) != false else {
            throw CommandFailure(usage: "--lang is a list of languages like ko,en, not \(lang.debugDescription)")
        }
        if let lastEventID {
            guard let id = try? EventID(lastEventID) else {
                throw CommandFailure(usage: "--last-event-id is one line without NUL; give an id as it was printed")
            }
            stream.lastEventID = id
        }
        stream.trustedCertificates = TrustedCertificates.file(environment)
        return stream
    }

    private func own(environment: [String: String]) throws(CommandFailure) -> ListenStream {
        let access = try options.access(environment: environment)
        guard user != nil || !topic.isEmpty else {
            throw CommandFailure(usage: "whom to listen for is missing; give --user, --topic, or the URL of a stream")
        }
        guard user != "", !topic.contains("") else {
            throw CommandFailure(usage: "a user and a topic have a name; --user or --topic is empty")
        }
        var stream = ListenStream(url: access.url(ListenStream.path(user: user, topics: topic)), token: access.token)
        stream.cure = access.cure
        // An API key listens to nothing, which the server says.
        if access.token.map(APIKeys.looksLikeKey) != true {
            stream.cure.littleToken = TokenCall(user: user, subscribe: topic.map { "topic:\($0)" }).advice
        }
        return stream
    }

    private func foreign(_ url: String) throws(CommandFailure) -> ListenStream {
        guard user == nil, topic.isEmpty, options.server == nil else {
            throw CommandFailure(usage: "with a URL there is no --user, --topic or --server; they make one")
        }
        let token = options.access.token
        guard token.map(ServerAccess.isToken) != false else {
            throw CommandFailure(usage: "--token is printable ASCII without spaces")
        }
        var stream = ListenStream(url: url, token: token)
        stream.cure.noToken = "give --token"
        return stream
    }

    private func output(environment: [String: String]) throws(CommandFailure) -> EventOutput {
        if let exec {
            guard !json else {
                throw CommandFailure(usage: "--json prints what --exec would not; choose one of them")
            }
            return .command(exec)
        }
        return json ? .json : .text(isColored: EventText.isColored(environment: environment))
    }
}
