import ArgumentParser

@testable import TocsinCLI

extension OptionReader {
    /// The options of `serve` by a command line, an environment and a file, as the process reads them.
    static func of(
        _ arguments: [String] = [], _ environment: [String: String] = [:], file: String? = nil
    ) throws -> OptionReader {
        OptionReader(
            given: try ServeArguments.parse(arguments).given, environment: environment,
            file: try file.map { try ConfigurationFile($0, name: "tocsin.yaml") })
    }
}

extension ServeSettings {
    /// What `serve` is to do by these.
    static func of(
        _ arguments: [String] = [], _ environment: [String: String] = [:], file: String? = nil,
        openFileLimit: Int = 1200
    ) throws -> ServeSettings {
        try ServeSettings(.of(arguments, environment, file: file), openFileLimit: openFileLimit)
    }
}
