import ArgumentParser
import Foundation
import NIOHTTP1
import Tocsin
import TocsinAccess

/// `tocsin key`: API keys of publishers that cannot make tokens.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Add, list and remove API keys of publishers.",
        discussion: """
            A publisher that cannot make tokens shows an API key instead, as it would a token: with TOCSIN_TOKEN, \
            --token or Authorization: Bearer. The server keeps a hash of it only, so it is shown once, by add.

            The server asks for a token of an admin, or one is made here that is good for a minute, with a key as for \
            'tocsin token'. What is there first counts: --token, or the key of --token-key-file; then the token of \
            \(ServerAccess.tokenVariable); then the key that \(TokenKeySource.fileVariable) names, or \
            \(TokenKeySource.secretVariable) is. With --issuer, --audience or --key-id a token is made, whatever \
            \(ServerAccess.tokenVariable) is; a server needs them that has --token-issuer, --token-audience, or a set of \
            several keys.
            """,
        subcommands: [AddKeyCommand.self, ListKeysCommand.self, RemoveKeyCommand.self])

    /// The options that are followed by a value, whatever that begins with.
    static let optionsWithValue = AdminAccess.optionsWithValue.union(["--publish"])

    func run() throws {
        throw CommandFailure(usage: "what to do is missing: add, list or remove; see 'tocsin key --help'")
    }
}

/// `tocsin key add`.
struct AddKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an API key, and print it: nobody can find it out later.",
        usage: """
            tocsin key add NAME --publish P [--publish P]...
                           [--server URL] [--token TOKEN | --token-key-file FILE]
                           [--issuer I] [--audience A] [--key-id ID]
            """)

    @Argument(help: ArgumentHelp("What it is called.", valueName: "name"))
    var name: String

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "To whom it may publish: user:ID, topic:NAME, topic:orders/*, everyone, or *; may be repeated.",
            valueName: "permission"))
    var publish: [String] = []

    @OptionGroup var access: AdminAccess

    private struct Wanted: Encodable {
        let name: String
        let publish: [String]
    }

    private struct Made: Decodable {
        let key: String
    }

    func run() async throws {
        guard !publish.isEmpty else {
            throw CommandFailure(usage: "to whom it may publish is missing; give --publish, like --publish topic:news")
        }
        for text in publish {
            do throws(InvalidPermission) {
                _ = try Permission(text)
            } catch {
                throw CommandFailure(usage: EventText.printable("--publish: \(error)"))
            }
        }
        let client = try await access.client(environment: ProcessInfo.processInfo.environment)
        let body = try JSONEncoder().encode(Wanted(name: name, publish: publish))
        let made = try await client.ask(.POST, "keys", body: Array(body), as: Made.self)
        try StandardOutput.say(made.key + "\n")
    }
}

/// `tocsin key list`.
struct ListKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List API keys: name, last use, and to whom they may publish.",
        usage: """
            tocsin key list [--server URL] [--token TOKEN | --token-key-file FILE]
                            [--issuer I] [--audience A] [--key-id ID]
            """)

    @OptionGroup var access: AdminAccess

    private struct List: Decodable {
        struct Key: Decodable {
            let name: String
            let publish: [String]
            let lastUsedAt: String?
        }
        let keys: [Key]
    }

    func run() async throws {
        let client = try await access.client(environment: ProcessInfo.processInfo.environment)
        let list = try await client.ask(.GET, "keys", as: List.self)
        let lines = list.keys.map { key in
            let permissions = key.publish.joined(separator: " ")
            return EventText.printable("\(key.name)\t\(key.lastUsedAt ?? "never used")\t\(permissions)") + "\n"
        }
        try StandardOutput.say(lines.joined())
    }
}

/// `tocsin key remove`.
struct RemoveKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an API key; from then on it is worth nothing.",
        usage: """
            tocsin key remove NAME
                              [--server URL] [--token TOKEN | --token-key-file FILE]
                              [--issuer I] [--audience A] [--key-id ID]
            """)

    @Argument(help: ArgumentHelp("What it is called.", valueName: "name"))
    var name: String

    @OptionGroup var access: AdminAccess

    func run() async throws {
        let client = try await access.client(environment: ProcessInfo.processInfo.environment)
        try await client.ask(.DELETE, "keys/\(name.percentEncoded)")
    }
}
