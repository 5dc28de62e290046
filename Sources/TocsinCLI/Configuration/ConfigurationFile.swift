import Yams

/// What a configuration file says: a map in YAML, whose keys are names of options.
struct ConfigurationFile: Sendable {
    /// What an option is given: one value, or those of a list.
    struct Setting: Hashable, Sendable {
        /// Of its key.
        let line: Int
        let isList: Bool
        let values: [Value]
    }

    struct Value: Hashable, Sendable {
        let text: String
        let line: Int
    }

    /// The file, for messages.
    let name: String
    /// By the name of the option.
    private(set) var settings: [String: Setting] = [:]

    /// - Parameters:
    ///   - text: what the file holds; a file that says nothing is fine.
    ///   - options: what it may set.
    /// - Throws: ``CommandFailure`` that names the line.
    init(_ text: String, name: String, options: [OptionDescription] = ServeOptions.all) throws(CommandFailure) {
        self.name = name
        if let alias = YAMLAliases.first(in: text) {
            throw failure(at: alias.line, "the alias '*\(alias.name)' is not read here; write out what it stands for")
        }
        guard let root = try root(of: text), !root.isNull else { return }
        guard case .mapping(let map) = root else {
            throw failure(at: root.line, "\(root.kind) is no map of options; write one a line, like 'port: 8080'")
        }
        let known = Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0) })
        for (key, value) in map {
            guard let keyText = key.scalar?.string else {
                throw failure(at: key.line, "\(key.kind) is no key; a key is the name of an option, like 'port: 8080'")
            }
            guard let option = known[keyText] else {
                let near = NearestName.to(keyText, among: options.map(\.name)).map { ", perhaps \($0)" }
                throw failure(at: key.line, "unknown key '\(keyText)'\(near ?? ""); see 'tocsin serve --help'")
            }
            guard !option.isSecret else {
                let file = known["\(option.name)-file"].map { "give \($0.name)" }
                throw failure(
                    at: key.line,
                    "\(option.name) is not read from a file, which others may read; "
                        + (file ?? "give the variable \(option.variable)"))
            }
            // What YAML takes for two keys, since one has a tag, is one option all the same.
            guard settings[option.name] == nil else { throw repeated(option.name, at: key.line) }
            settings[option.name] = Setting(
                line: key.line, isList: option.kind == .list,
                values: try values(of: option, in: value, keyLine: key.line))
        }
    }

    /// What is wrong, and where.
    func failure(at line: Int, _ message: String) -> CommandFailure {
        CommandFailure("\(name):\(line): \(message)")
    }

    private func values(of option: OptionDescription, in node: Node, keyLine: Int) throws(CommandFailure) -> [Value] {
        guard option.kind == .list, case .sequence(let elements) = node else {
            return [try value(of: option, in: node, keyLine: keyLine)]
        }
        var values: [Value] = []
        for element in elements {
            values.append(try value(of: option, in: element, keyLine: keyLine))
        }
        return values
    }

    private func value(of option: OptionDescription, in node: Node, keyLine: Int) throws(CommandFailure) -> Value {
        guard !node.isNull else {
            // Nothing has no place of its own: it lies where the next key begins.
            throw failure(at: keyLine, "\(option.name) has no value; write '\(option.example)', or leave it out")
        }
        guard let scalar = node.scalar else {
            let required = option.kind == .list ? "a value or a list of them" : "one value"
            throw failure(at: node.line, "\(option.name) is \(required), not \(node.kind); write '\(option.example)'")
        }
        return Value(text: scalar.string, line: node.line)
    }

    private func root(of text: String) throws(CommandFailure) -> Node? {
        do {
            return try compose(yaml: text, .basic, .default, .utf8)
        } catch let error as YamlError {
            throw failure(error)
        } catch {
            throw CommandFailure("\(name) cannot be read as YAML: \(error)")
        }
    }

    private func repeated(_ key: String, at line: Int) -> CommandFailure {
        failure(at: line, "the key '\(key)' is there twice; keep one of them")
    }

    private func malformed(at mark: Mark, _ message: String) -> CommandFailure {
        CommandFailure("\(name):\(mark.line):\(mark.column): not YAML: \(message)")
    }

    private func failure(_ error: YamlError) -> CommandFailure {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let reason = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            return malformed(at: mark, "\(reason); indent all keys alike, and quote what has special characters")
        case .composer(.some, _, let mark, _):
            return malformed(at: mark, "a second document begins here; keep one of them")
        case .composer(nil, let problem, let mark, _):
            return malformed(at: mark, "\(problem); quote a text that begins with *")
        case .duplicatedKeysInMapping(let keys, let context):
            return repeated(keys.joined(separator: "', '"), at: context.mark.line)
        case .reader(let problem, let offset, _, let text):
            let line = offset.map { text.prefix($0).count(where: \.isNewline) + 1 }
            return failure(at: line ?? 1, "not YAML: \(problem); in double quotes they are written like \\x1b")
        default:
            return CommandFailure("\(name) cannot be read as YAML: \(error)")
        }
    }
}

extension OptionDescription {
    /// How a configuration file gives it.
    fileprivate var example: String {
        switch kind {
        case .value: "\(name): <\(valueName)>"
        case .list: "\(name): [<\(valueName)>, <\(valueName)>]"
        case .flag: "\(name): true"
        }
    }
}

extension Node {
    fileprivate var line: Int { mark?.line ?? 1 }

    /// Whether nothing is there, or what YAML 1.2 takes for nothing.
    fileprivate var isNull: Bool {
        guard let scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    fileprivate var kind: String {
        switch self {
        case .scalar: "a text"
        case .mapping: "a map"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
