import Tocsin

/// A token as a request shows it: in one of three ways (RFC 6750 2, but for the cookie).
struct PresentedToken: Hashable, Sendable {
    enum Way: Hashable, Sendable {
        /// `Authorization: Bearer`.
        case header
        /// `?access_token=`, for `EventSource`, which can set no header.
        case query
        /// The cookie ``cookieName``, which a browser sends along whichever page asks.
        case cookie
    }

    static let cookieName = "tocsin_token"
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
        let cookies = Set(header("Cookie").flatMap(Self.cookies))
        guard cookies.count <= 1 else {
            throw .severalTokens("in cookies \(Self.cookieName) of different paths or domains")
        }
        guard let cookie = cookies.first else { return nil }
        (text, way) = (cookie, .cookie)
    }

    /// - Returns: `nil` for credentials of another scheme, which are for what stands in front.
    private static func bearer(_ credentials: String) -> String? {
        let parts = credentials.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].trimmingPrefix { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }

    /// The values of the cookie in a `Cookie` field (RFC 6265 4.2), without quotes around them.
    private static func cookies(_ field: String) -> [String] {
        field.split(separator: ";").compactMap { pair in
            let parts = pair.trimmingPrefix { $0 == " " || $0 == "\t" }.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == cookieName else { return nil }
            var value = parts[1][...]
            while let last = value.last, last == " " || last == "\t" { value.removeLast() }
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return value.isEmpty ? nil : String(value)
        }
    }
}
