import Configuration

/// The values that were given for options: on the command line, or else in the environment.
struct OptionReader: Sendable {
    /// Where a value was given.
    enum Origin: Hashable, Sendable {
        case commandLine
        case environment
    }

    private let commandLine: InMemoryProvider
    private let reader: ConfigReader

    /// - Parameters:
    ///   - given: what the command line says; an empty list counts as not given.
    ///   - environment: all variables of the process.
    init(given: [OptionDescription: GivenValue], environment: [String: String]) {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (option, value) in given {
            values[AbsoluteConfigKey([option.name])] = value.configValue
        }
        commandLine = InMemoryProvider(name: "command line", values: values)
        let variables = EnvironmentVariablesProvider(environmentVariables: environment)
        reader = ConfigReader(providers: [commandLine, variables.prefixKeys(with: ["tocsin"])])
    }

    /// The value of an option, `nil` where it is not given.
    ///
    /// - Throws: ``CommandFailure`` that names the flag or the variable when the value is not what the option requires.
    func value<Value>(_ option: ServeOption<Value>) throws(CommandFailure) -> Value? {
        guard let text = reader.string(forKey: key(option.description)) else { return nil }
        return try parse(text, of: option)
    }

    /// The values of a list, none where it is not given.
    func values<Value>(_ option: ServeOption<Value>) throws(CommandFailure) -> [Value] {
        let texts = reader.stringArray(forKey: key(option.description), default: [])
        // An empty variable has one element that is empty.
        guard texts != [""] || origin(of: option.description) == .commandLine else { return [] }
        var values: [Value] = []
        for text in texts {
            values.append(try parse(text, of: option))
        }
        return values
    }

    /// What to call an option whose value is wrong, by where that was given.
    func failure(_ option: OptionDescription, _ message: String) -> CommandFailure {
        switch origin(of: option) {
        case .commandLine: CommandFailure(usage: "\(option.flag) \(message)")
        case .environment: CommandFailure("\(option.variable) \(message)")
        }
    }

    private func parse<Value>(_ text: String, of option: ServeOption<Value>) throws(CommandFailure) -> Value {
        guard let value = option.parse(text) else {
            throw failure(option.description, "\(option.requirement), not \(text.debugDescription)")
        }
        return value
    }

    private func origin(of option: OptionDescription) -> Origin {
        let type: ConfigType = option.kind == .list ? .stringArray : .string
        let found = try? commandLine.value(forKey: AbsoluteConfigKey([option.name]), type: type)
        return found?.value == nil ? .environment : .commandLine
    }

    private func key(_ option: OptionDescription) -> ConfigKey { ConfigKey([option.name]) }
}

/// What the command line says of an option, before it is read.
enum GivenValue: Sendable {
    case text(String?)
    case list([String])
    case flag(Bool)

    fileprivate var configValue: ConfigValue? {
        switch self {
        case .text(let text): text.map { ConfigValue(.string($0), isSecret: false) }
        case .list(let texts): texts.isEmpty ? nil : ConfigValue(.stringArray(texts), isSecret: false)
        case .flag(let isSet): isSet ? ConfigValue(.string("true"), isSecret: false) : nil
        }
    }
}
