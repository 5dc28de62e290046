import Tocsin

/// A token as a request shows it: in one of three ways (RFC 6750 2, but for the cookie).
struct PresentedToken: Hashable, Sendable {
    enum Way: Hashable, Sendable {
        /// `Authorization: Bearer`.
        case header
        /// `?access_token=`, for `EventSource`, which can set no header.
        case query
        /// A cookie of ``cookieNames``, which a browser sends along whichever page asks.
        case cookie
    }

    /// The first that is there counts: browsers take one with this prefix over TLS only, from the host itself and from no
    /// other of its domain (RFC 6265bis 4.1.3.2).
    static let cookieNames = ["__Host-tocsin_token", "tocsin_token"]
    static let parameter = "access_token"

    let text: String
    let way: Way

    /// What was shown on purpose counts before a cookie, which comes along by itself. A token without a character is none.
    ///
    /// - Returns: `nil` where there is none.
    /// - Throws: a ``Problem`` with status 400 where there is more than one, so that nobody has to guess which counts.
    init?(_ query: QueryParameters, header: (String) -> [String]) throws(Problem) {
        let credentials = header("Authorization").compactMap(Self.bearer)
        let parameters = query.values(of: Self.parameter).filter { !$0.isEmpty }
        let shown = credentials.map { (text: $0, way: Way.header) } + parameters.map { (text: $0, way: Way.query) }
        guard shown.count <= 1 else {
            throw .severalTokens("as Authorization: Bearer and ?\(Self.parameter)=, or twice in one of them")
        }
        if let shown = shown.first {
            (text, way) = shown
            return
        }
        let cookies = header("Cookie").flatMap(Self.cookies)
        guard let name = Self.cookieNames.first(where: { name in cookies.contains { $0.name == name } }) else {
            return nil
        }
        let values = Set(cookies.filter { $0.name == name }.map(\.value))
        guard let value = values.first, values.count == 1 else {
            throw .severalTokens("in cookies \(name) of different paths or domains")
        }
        (text, way) = (value, .cookie)
    }

    /// - Returns: `nil` for credentials of another scheme, which are for what stands in front.
    private static func bearer(_ credentials: String) -> String? {
        let parts = credentials.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].trimmingPrefix { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }

    /// The cookies in a `Cookie` field (RFC 6265 4.2) that can be one, without quotes around their values.
    ///
    /// By bytes, as browsers put them together: a Greek question mark equals a semicolon, and would bring in a cookie of a name
    /// that nobody could set.
    private static func cookies(_ field: String) -> [(name: String, value: String)] {
        field.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
            let pair = pair.drop { isBlank($0) }
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = cookieNames.first(where: { $0.utf8.elementsEqual(pair[..<equals]) }) else { return nil }
            var value = pair[equals...].dropFirst()
            while let last = value.last, isBlank(last) { value.removeLast() }
            let quote = UInt8(ascii: "\"")
            if value.count >= 2, value.first == quote, value.last == quote { value = value.dropFirst().dropLast() }
            return value.isEmpty ? nil : (name, String(Substring(value)))
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
