/// Variables of the environment that look like options and are none: a slip of the pen should not go unnoticed.
enum UnknownVariables {
    /// Variables of the other commands.
    private static let others: Set<String> = [ServerAccess.serverVariable, ServerAccess.tokenVariable]

    /// - Returns: in alphabetical order.
    static func names(in environment: [String: String]) -> [String] {
        let known = others.union(ServeOptions.inEnvironment.map(\.variable))
        return environment.keys.sorted().filter { name in
            name.hasPrefix(OptionDescription.variablePrefix) && !known.contains(name)
        }
    }
}
