import ArgumentParser
import Foundation
import Tocsin
import TocsinServer

/// `tocsin demo`: the server, with the scenario of the tutorial running.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Serve, with something to see.",
        discussion: """
            A user's stream begins with 'Hello!' unless --greeting says otherwise, and gets an event 'notice' every \
            5 seconds. The journal is a temporary file unless --data names one.

            \(DemoArguments.discussion)
            """)

    @OptionGroup var arguments: DemoArguments

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let options = try OptionReader.readingFile(given: arguments.given, environment: environment)
        var settings = try ServeSettings(options, openFileLimit: OpenFileLimit.raise())
        settings.configuration.hub.greeting = settings.configuration.hub.greeting ?? DemoScenario.greeting
        var journal: TemporaryJournal?
        defer { journal?.remove() }
        if options.origin(of: ServeOptions.data.description) == nil {
            let temporary = try TemporaryJournal()
            journal = temporary
            settings.data = temporary.location
        }
        let run = ServeRun(settings)
        run.warnOfUnknownVariables(in: environment)
        let tokens = await DemoTokens(settings.accessRules)
        try await run.untilStopped(beside: Self.play) { url in
            let guide = DemoGuide(url: url, program: CommandLine.arguments.first ?? "tocsin", tokens: tokens)
            try? FileHandle.standardError.write(contentsOf: Data(guide.description.utf8))
        }
    }

    /// Runs the scenario in a hub until the Task is cancelled.
    @Sendable private static func play(in hub: Hub) async {
        let scenario = DemoScenario(users: hub.users) { alarms in
            // Who cannot be told now is told the next time; why not is in the log.
            _ = try? await hub.publisher.publish(.publish(alarms))
        }
        await scenario.run(at: AsyncStream { try? await Task.sleep(for: DemoScenario.interval) })
    }
}

enum DemoDefaults: ServerDefaults {
    static let data = ServeOptions.data(fallback: "a temporary file")
}

typealias DemoArguments = ServerArguments<DemoDefaults>
