import FoundationEssentials

/// Where alarms are published on a server.
enum AlarmsURL {
    /// - Parameter server: the URL of a server, perhaps below a path.
    /// - Returns: `nil` unless it is an `http` or `https` URL with a host, and without query and fragment.
    static func of(server: String) -> String? {
        guard let components = URLComponents(string: server),
            let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = components.host, !host.isEmpty,
            components.query == nil, components.fragment == nil, components.user == nil, components.password == nil
        else { return nil }
        return server + (server.hasSuffix("/") ? "alarms" : "/alarms")
    }
}
