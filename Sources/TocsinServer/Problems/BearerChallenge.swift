/// What token a refused request should have shown: the value of `WWW-Authenticate` (RFC 6750 3).
package enum BearerChallenge: Hashable, Sendable, CustomStringConvertible {
    /// There was none; what is wrong with it is not said then (RFC 6750 3.1).
    case token
    /// The one that was shown is not valid.
    case validToken
    /// More than one was shown.
    case oneToken
    /// The one that was shown allows less than is needed.
    case scope

    package var description: String {
        let realm = "Bearer realm=\"tocsin\""
        return switch self {
        case .token: realm
        case .oneToken: "\(realm), error=\"invalid_request\""
        case .validToken: "\(realm), error=\"invalid_token\""
        case .scope: "\(realm), error=\"insufficient_scope\""
        }
    }
}
