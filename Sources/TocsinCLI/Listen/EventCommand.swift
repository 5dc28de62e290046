import Foundation
import ServerSentEvents
import Subprocess

/// A command of the shell that is run with an event in its environment and input.
struct EventCommand {
    let command: String

    /// What fits into the environment of every system, among all else that is there.
    private static let longestVariable = 64 << 10

    /// Runs it, and returns when it has ended.
    ///
    /// - Returns: `nil` where it ended well, else how it did.
    func run(_ event: MessageEvent) async throws -> String? {
        let result = try await Subprocess.run(
            .name("sh"), arguments: ["-c", command],
            environment: .inherit.updating(variables(event)),
            input: .inputWriter, output: .currentStandardOutput, error: .currentStandardError
        ) { execution in
            // A command that does not read its input ends before it has all.
            _ = try? await execution.standardInputWriter.write(event.data)
            try? await execution.standardInputWriter.finish()
        }
        switch result.terminationStatus {
        case .exited(0): return nil
        case .exited(let code): return "status \(code)"
        default: return "\(result.terminationStatus)"
        }
    }

    private func variables(_ event: MessageEvent) -> [Environment.Key: String?] {
        [
            "EVENT_TYPE": Self.variable(event.type.string),
            "EVENT_ID": Self.variable(event.lastEventID.string),
            "EVENT_DATA": Self.variable(event.data),
        ]
    }

    /// - Returns: `nil` for what no variable can hold.
    private static func variable(_ text: String) -> String? {
        text.utf8.count <= longestVariable && !text.utf8.contains(0) ? text : nil
    }
}
