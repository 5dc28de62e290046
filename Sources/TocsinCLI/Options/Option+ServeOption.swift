import ArgumentParser

extension OptionDescription {
    fileprivate var argumentHelp: ArgumentHelp {
        ArgumentHelp("\(help)\(fallback.map { " (default: \($0))" } ?? "")", valueName: valueName)
    }
}

extension Option {
    /// A flag with a value that is read later, with those from elsewhere.
    init<V>(_ option: ServeOption<V>) where Value == String? {
        let option = option.description
        self.init(name: .customLong(option.name), parsing: .unconditional, help: option.argumentHelp)
    }

    /// A flag that may be given several times.
    init<V>(wrappedValue: [String], _ option: ServeOption<V>) where Value == [String] {
        let option = option.description
        self.init(
            wrappedValue: wrappedValue, name: .customLong(option.name), parsing: .unconditionalSingleValue,
            help: option.argumentHelp)
    }
}

extension Flag where Value == Bool {
    init(wrappedValue: Bool, _ option: ServeOption<Bool>) {
        let option = option.description
        self.init(wrappedValue: wrappedValue, name: .customLong(option.name), help: option.argumentHelp)
    }
}
