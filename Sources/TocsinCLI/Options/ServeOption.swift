/// What an option is called and what it is for; from it come the flag, the variable and the help.
struct OptionDescription: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case value
        /// Given several times on the command line, with commas between in a variable.
        case list
        case flag
    }

    /// As on the command line, without the dashes: `max-connections`.
    let name: String
    let kind: Kind
    /// Stands for the value in the help.
    let valueName: String
    /// What holds where it is not given, for people; `nil` for nothing.
    let fallback: String?
    let help: String
    /// Whether nobody is to see its value.
    var isSecret = false

    /// `--max-connections`
    var flag: String { "--" + name }

    /// `TOCSIN_MAX_CONNECTIONS`
    var variable: String {
        Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : $0 }
    }

    static let variablePrefix = "TOCSIN_"
}

/// An option of `serve`: its description and how its value is read.
struct ServeOption<Value: Sendable>: Sendable {
    let description: OptionDescription
    /// What a value is, for the line that refuses another: "is a number from 0 to 65535".
    let requirement: String
    /// Reads one value; of a list, one element. `nil` where it is not what is required.
    let parse: @Sendable (String) -> Value?

    init(
        _ name: String, _ kind: OptionDescription.Kind = .value, valueName: String, fallback: String? = nil,
        help: String, isSecret: Bool = false, requirement: String, parse: @escaping @Sendable (String) -> Value?
    ) {
        self.description = OptionDescription(
            name: name, kind: kind, valueName: valueName, fallback: fallback, help: help, isSecret: isSecret)
        self.requirement = requirement
        self.parse = parse
    }
}

extension ServeOption where Value == Int {
    /// A number of an inclusive range.
    static func number(
        _ name: String, in range: ClosedRange<Int>, valueName: String, fallback: String? = nil, help: String
    ) -> ServeOption {
        ServeOption(
            name, valueName: valueName, fallback: fallback, help: help,
            requirement: "is a number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in
            // `Int` would take a sign too.
            guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text), range.contains(number) else {
                return nil
            }
            return number
        }
    }
}

extension ServeOption where Value == DurationOption {
    /// A duration of an inclusive range.
    static func duration(
        _ name: String, in range: ClosedRange<DurationOption>, wholeSeconds: Bool, fallback: String? = nil, help: String
    ) -> ServeOption {
        let parse = { @Sendable (text: String) -> DurationOption? in
            guard let value = DurationOption(text), range.contains(value) else { return nil }
            return wholeSeconds && value.wholeSeconds == nil ? nil : value
        }
        let examples = ["30", "250ms", "30s", "5m", "12h", "7d"].filter { parse($0) != nil }
        return ServeOption(
            name, valueName: "duration", fallback: fallback, help: help,
            requirement: "is a duration\(wholeSeconds ? " of whole seconds" : "") from \(range.lowerBound) to "
                + "\(range.upperBound), like \(examples.dropLast().joined(separator: ", ")) or \(examples.last ?? "")",
            parse: parse)
    }
}
