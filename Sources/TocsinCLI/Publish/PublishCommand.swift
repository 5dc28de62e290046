import ArgumentParser
import Foundation
import Tocsin
import TocsinAccess
import TocsinServer

/// `tocsin publish`: sends one alarm and prints its id.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish an alarm, and print its id.",
        usage: """
            tocsin publish [--user U]... [--topic T]... [--everyone] [--event NAME]
                           [--lang TAG=TEXT]... [--key K] [--ttl T] [--json]
                           [--server URL] [--token TOKEN] [DATA | -]
            """,
        discussion: """
            An alarm concerns one or more users, one or more topics, or everyone. It is sent again for about 15 \
            seconds where the server is not there or asks for it, and three times where it takes more than 10 seconds \
            to answer; it counts once.

            Over https the system's certificate authorities are trusted, or those in the file that the variable \
            SSL_CERT_FILE names.
            """)

    /// The options that are followed by a value, whatever that begins with.
    static let optionsWithValue: Set<String> = [
        "--user", "--topic", "--event", "--lang", "--key", "--ttl", "--server", "--token",
    ]

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A user whom it concerns; may be repeated.", valueName: "name"))
    var user: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic whose listeners it concerns; may be repeated.", valueName: "name"))
    var topic: [String] = []

    @Flag(help: "It concerns every user.")
    var everyone = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Name of the event (default: alarm).", valueName: "name"))
    var event: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("What readers of a language get; may be repeated.", valueName: "tag=text"))
    var lang: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Idempotency key: the same again sends nothing (default: a random one).", valueName: "key"))
    var key: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long it is worth sending: seconds, or 30s, 5m, 12h, 7d.", valueName: "duration"))
    var ttl: String?

    @Flag(help: "DATA and the texts of --lang are JSON.")
    var json = false

    @OptionGroup
    var options: ServerOptions

    @Argument(
        help: ArgumentHelp(
            "The text, after -- if it begins with -; a lone - reads it from standard input, without its last line end.",
            valueName: "data"))
    var data: String?

    func run() async throws {
        let client = try client(environment: ProcessInfo.processInfo.environment)
        let message = try message(standardInput: { FileHandle.standardInput.readDataToEndOfFile() })
        print(try await client.publish(message.body))
    }

    /// Whom to send it to.
    func client(environment: [String: String]) throws(CommandFailure) -> PublishClient {
        let access = try options.access(environment: environment)
        var cure = access.cure
        // An API key gets another permission otherwise, which the server says.
        if access.token.map(APIKeys.looksLikeKey) != true { cure.littleToken = tokenCall.advice }
        return PublishClient(
            url: access.url("alarms"), server: access.server, token: access.token,
            trustedCertificates: TrustedCertificates.file(environment), cure: cure, tell: StandardError.say)
    }

    /// Makes a token for what is asked.
    private var tokenCall: TokenCall {
        TokenCall(
            publish: user.map { "user:\($0)" } + topic.map { "topic:\($0)" } + (everyone ? ["everyone"] : []))
    }

    /// What to send.
    func message(standardInput: () -> Data) throws(CommandFailure) -> AlarmMessage {
        let audience = try AlarmMessage.Audience(users: user, topics: topic, everyone: everyone)
        var message = AlarmMessage(audience: audience, event: event, key: key ?? RandomID.make())
        if let ttl {
            guard let seconds = DurationOption(ttl)?.wholeSeconds, (1...31_536_000).contains(seconds) else {
                throw CommandFailure(
                    usage: "--ttl is a duration of whole seconds from 1s to 365d, like 30, 5m or 12h, "
                        + "not \(ttl.debugDescription)")
            }
            message.timeToLive = seconds
        }
        var tags: Set<LanguageTag> = []
        for text in lang {
            let translation = try AlarmMessage.Translation(option: text, isJSON: json)
            guard let tag = LanguageTag(translation.tag), tags.insert(tag).inserted else {
                throw CommandFailure(usage: "--lang \(translation.tag) is given twice; give each language once")
            }
            message.translations.append(translation)
        }
        guard data != nil || !lang.isEmpty else {
            throw CommandFailure(usage: "there is nothing to say: give DATA, - for standard input, or --lang")
        }
        message.content = try content(standardInput: standardInput)
        return message
    }

    private func content(standardInput: () -> Data) throws(CommandFailure) -> Content? {
        guard let data else { return nil }
        let isInput = data == "-"
        var text = data
        if isInput {
            guard let input = String(validating: standardInput(), as: UTF8.self) else {
                throw CommandFailure("standard input is not UTF-8; convert it, for example with iconv")
            }
            // The end of the last line is not part of what it says.
            text = input.last == "\n" || input.last == "\r\n" ? String(input.dropLast()) : input
        }
        do {
            return try Content(text, isJSON: json)
        } catch {
            let source = isInput ? "standard input" : "DATA"
            let message = "\(source) is not JSON, which --json asks for: \(error)"
            throw isInput ? CommandFailure(message) : CommandFailure(usage: message)
        }
    }
}
