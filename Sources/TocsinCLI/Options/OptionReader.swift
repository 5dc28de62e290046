import Configuration

/// The values that were given for options: on the command line, or else in the environment, or else in a file.
struct OptionReader: Sendable {
    /// Where a value was given.
    enum Origin: Hashable, Sendable {
        case commandLine
        case environment
        case file(name: String, line: Int)
    }

    private let given: [String: ConfigValue]
    private let environment: [String: String]
    private let emptyVariables: Set<String>
    private let file: ConfigurationFile?
    private let reader: ConfigReader

    /// - Parameters:
    ///   - given: what the command line says; an empty list counts as not given.
    ///   - environment: all variables of the process; an empty one counts as not given.
    ///   - file: what the configuration file says.
    init(
        given: [OptionDescription: GivenValue], environment: [String: String], file: ConfigurationFile? = nil
    ) {
        self.given = Dictionary(
            uniqueKeysWithValues: given.compactMap { option, value in value.configValue.map { (option.name, $0) } })
        self.environment = environment.filter { !$0.value.isEmpty }
        emptyVariables = Set(environment.filter(\.value.isEmpty).keys)
        self.file = file
        let variables = EnvironmentVariablesProvider(environmentVariables: self.environment)
        reader = ConfigReader(providers: [
            InMemoryProvider(name: "command line", values: Self.keyed(self.given)),
            variables.prefixKeys(with: ["tocsin"]),
            InMemoryProvider(name: "file", values: Self.keyed(file?.settings.compactMapValues(\.configValue) ?? [:])),
        ])
    }

    /// Reads the configuration file too, where one is named.
    ///
    /// - Throws: ``CommandFailure`` when the file cannot be used.
    static func readingFile(
        given: [OptionDescription: GivenValue], environment: [String: String]
    ) throws(CommandFailure) -> OptionReader {
        let withoutFile = OptionReader(given: given, environment: environment)
        guard let path = try withoutFile.value(ServeOptions.config) else { return withoutFile }
        return OptionReader(given: given, environment: environment, file: try ConfigurationFile(path: path))
    }

    /// The value of an option, `nil` where it is not given.
    ///
    /// - Throws: ``CommandFailure`` that names the flag, the variable or the line when the value is not what the option
    ///   requires.
    func value<Value>(_ option: ServeOption<Value>) throws(CommandFailure) -> Value? {
        guard let text = text(of: option.description) else { return nil }
        return try parse(text, of: option)
    }

    /// The values of a list, none where it is not given.
    func values<Value>(_ option: ServeOption<Value>) throws(CommandFailure) -> [Value] {
        var values: [Value] = []
        for (index, text) in (texts(of: option.description) ?? []).enumerated() {
            values.append(try parse(text, of: option, element: index))
        }
        return values
    }

    /// What was given for an option that is no list, as it was written.
    func text(of option: OptionDescription) -> String? {
        reader.string(forKey: ConfigKey([option.name]), isSecret: option.isSecret)
    }

    /// What was given for a list, as it was written.
    func texts(of option: OptionDescription) -> [String]? {
        reader.stringArray(forKey: ConfigKey([option.name]), isSecret: option.isSecret)
    }

    /// Whether the variable of an option is set to nothing, as by `${NAME}` of a name that there is not.
    func isSetEmpty(_ option: OptionDescription) -> Bool { emptyVariables.contains(option.variable) }

    /// Where an option is given, `nil` where it is not.
    func origin(of option: OptionDescription) -> Origin? {
        if given[option.name] != nil { return .commandLine }
        if environment[option.variable] != nil { return .environment }
        guard let file, let setting = file.settings[option.name] else { return nil }
        return .file(name: file.name, line: setting.line)
    }

    /// What to call an option whose value is wrong, by where that was given.
    ///
    /// - Parameter element: of a list.
    func failure(_ option: OptionDescription, element: Int = 0, _ message: String) -> CommandFailure {
        switch origin(of: option) {
        case .commandLine: CommandFailure(usage: "\(option.flag) \(message)")
        case .environment, nil: CommandFailure("\(option.variable) \(message)")
        case .file(let name, let line):
            CommandFailure("\(name):\(self.line(of: option, element: element) ?? line): \(option.name) \(message)")
        }
    }

    private func line(of option: OptionDescription, element: Int) -> Int? {
        file?.settings[option.name]?.values.dropFirst(element).first?.line
    }

    private func parse<Value>(
        _ text: String, of option: ServeOption<Value>, element: Int = 0
    ) throws(CommandFailure) -> Value {
        guard let value = option.parse(text) else {
            let wrong = option.description.isSecret ? "what was given" : text.debugDescription
            throw failure(option.description, element: element, "\(option.requirement), not \(wrong)")
        }
        return value
    }

    private static func keyed(_ values: [String: ConfigValue]) -> [AbsoluteConfigKey: ConfigValue] {
        Dictionary(uniqueKeysWithValues: values.map { (AbsoluteConfigKey([$0.key]), $0.value) })
    }
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

extension ConfigurationFile.Setting {
    fileprivate var configValue: ConfigValue? {
        let texts = values.map(\.text)
        return isList
            ? ConfigValue(.stringArray(texts), isSecret: false)
            : texts.first.map { ConfigValue(.string($0), isSecret: false) }
    }
}
