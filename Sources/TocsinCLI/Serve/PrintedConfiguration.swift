import Tocsin
import TocsinServer

/// What holds and where each value is from, as a configuration file.
struct PrintedConfiguration: Hashable, CustomStringConvertible {
    /// One option a line.
    let description: String

    init(of options: OptionReader, settings: ServeSettings) {
        let maximum = ServeOptions.maxConnections.description
        self.init(
            of: options, table: ServeOptions.all,
            fallbacks: [maximum.name: String(settings.configuration.hub.maximumConnections)])
    }

    /// - Parameters:
    ///   - table: which options, in which order.
    ///   - fallbacks: what holds where an option is not given, by its name, where the table does not know.
    init(of options: OptionReader, table: [OptionDescription], fallbacks: [String: String] = [:]) {
        let lines = table.compactMap { option in
            option.isSecret
                ? Self.secretLine(option, in: options)
                : Self.line(option, in: options, fallback: fallbacks[option.name] ?? option.fallback)
        }
        description = lines.map { $0 + "\n" }.joined()
    }

    /// No option of the file: a secret is the environment's only.
    private static func secretLine(_ option: OptionDescription, in options: OptionReader) -> String? {
        options.origin(of: option).map { "# \(option.name(at: $0)) is set  # hidden, and not read from a file" }
    }

    private static func line(_ option: OptionDescription, in options: OptionReader, fallback: String?) -> String {
        guard let origin = options.origin(of: option) else {
            let value =
                switch option.kind {
                case .value: fallback.map { YAMLText.scalar($0) }
                case .list: "[]"
                case .flag: "false"
                }
            return value.map { "\(option.name): \($0)  # default" } ?? "# \(option.name):  # not given"
        }
        let comment = "# \(option.name(at: origin))"
        let value =
            switch option.kind {
            case .value: YAMLText.scalar(options.text(of: option) ?? "")
            case .list: "[" + (options.texts(of: option) ?? []).map(YAMLText.scalar).joined(separator: ", ") + "]"
            // It was read as true or false, or 1 or 0.
            case .flag: options.text(of: option) ?? ""
            }
        return "\(option.name): \(value)  \(comment)"
    }
}

extension OptionDescription {
    /// What an option is called where it was given.
    fileprivate func name(at origin: OptionReader.Origin) -> String {
        switch origin {
        case .commandLine: flag
        case .environment: variable
        case .file(let name, let line): "\(name):\(line)"
        }
    }
}
