package import Tocsin

/// Why a token is worth nothing; it says what to do, and nothing of what the token says about others.
package enum TokenFault: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed
    /// A claim that is not of the kind that it has to be; of one within another, the path with a dot.
    case claim(String)
    /// It names no algorithm that a key of this server is for.
    case algorithm(String?)
    /// It asks for something that this server does not know (RFC 7515 4.1.11).
    case criticalHeader
    case unknownKey(String?)
    case signature
    case noExpiry
    case expired(Timestamp)
    case notYetValid(Timestamp)
    case issuer(String?)
    case audience
    case subject(InvalidName)
    case tokenID(InvalidName)
    case permission(InvalidPermission)
    /// A time that cannot be counted with, or is too far away.
    case time
    /// It says that it was made later than now, so that no revocation of its user could meet it.
    case issuedLater(Timestamp)
    /// It was good, and was taken back.
    case revoked
    /// Its user's tokens were taken back, and it does not say when it was made.
    case revokedUser
    /// The key that it was signed with is not in the key set any more.
    case removedKey
    /// It is no token but an API key, and none that there is.
    case unknownAPIKey

    /// What a token says, in quotation marks and not at length: it can be anything.
    private static func shown(_ text: String) -> String { text.shortened.debugDescription }

    package var description: String {
        switch self {
        case .malformed:
            "this is no JSON Web Token: three parts of base64url joined by dots, in which no name is there twice"
        case .claim(let name): "the token's claim \(name) is not \(Self.kind(of: name))"
        case .algorithm(let name?) where name.lowercased() == "none":
            "the token is not signed (alg \(name.debugDescription)), which no server takes"
        case .algorithm(let name?): "the token's algorithm \(Self.shown(name)) is not that of the server's key"
        case .algorithm(nil): "the token does not name its algorithm"
        case .criticalHeader: "the token has a critical header, which this server does not know"
        case .unknownKey(let id?): "the server has no key with the token's key id \(Self.shown(id))"
        case .unknownKey(nil): "the token does not say which of the server's keys is its own; give it a key id (kid)"
        case .signature: "the token was not signed with the server's key"
        case .noExpiry: "the token never expires; give it an expiry (exp)"
        case .expired(let time): "the token expired at \(time.rfc3339)"
        case .notYetValid(let time): "the token is not valid before \(time.rfc3339)"
        case .issuer(let issuer?): "the token is of another issuer, \(Self.shown(issuer))"
        case .issuer(nil): "the token has no issuer (iss), which this server asks for"
        case .audience: "the token is for another audience (aud) than this server"
        case .subject(let error): "the token's user (sub): \(error)"
        case .permission(let error): "\(error)"
        case .tokenID(let error): "the token's id (jti), by which it could be revoked: \(error)"
        case .time: "a time in the token is none: they are seconds since 1970, not milliseconds"
        case .issuedLater(let time): "the token says that it was made at \(time.rfc3339) (iat), which is later than now"
        case .revoked: "the token was revoked; get a new one"
        case .revokedUser:
            """
            the tokens of the token's user were revoked, and this one does not say when it was made; get one that does (iat)
            """
        case .removedKey: "the key that the token was signed with is no longer the server's; get a new token"
        case .unknownAPIKey: "there is no such API key: it was removed, or is not whole"
        }
    }

    /// Whether ``description`` has something in it that the token says.
    package var repeatsToken: Bool {
        switch self {
        case .claim, .algorithm(_?), .unknownKey(_?), .issuer(_?), .permission, .subject, .tokenID: true
        case .malformed, .algorithm(nil), .criticalHeader, .unknownKey(nil), .signature, .noExpiry, .expired,
            .notYetValid, .issuer(nil), .audience, .time, .issuedLater, .revoked, .revokedUser, .removedKey,
            .unknownAPIKey:
            false
        }
    }

    private static func kind(of claim: String) -> String {
        switch claim {
        case "exp", "nbf", "iat": "a number of seconds since 1970"
        case "aud": "a text or an array of texts"
        case "tocsin": "an object that says what it allows"
        case "tocsin.publish", "tocsin.subscribe": "an array of permissions"
        case "tocsin.admin": "true or false"
        default: "a text"
        }
    }
}
