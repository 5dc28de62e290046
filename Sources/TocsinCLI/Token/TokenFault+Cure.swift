import TocsinAccess

extension TokenFault {
    /// What is wrong, and what to do about it.
    var advice: String {
        cure.map { "\(self); \($0)" } ?? "\(self)"
    }

    /// `nil` where the fault itself says it.
    private var cure: String? {
        switch self {
        case .malformed, .noExpiry, .unknownKey(nil), .revoked, .revokedUser, .removedKey, .unknownAPIKey: nil
        case .claim, .time: "make one where it is"
        case .algorithm: "sign it with the server's key, by that key's algorithm"
        case .criticalHeader: "make one without it"
        case .unknownKey: "give it the id of a key that the server has"
        case .signature: "sign it with that key, or check it with the right one"
        case .expired: "make a new one"
        case .issuedLater: "set the clock of whoever made it"
        case .notYetValid: "wait, or set the clock of whoever made it"
        case .issuer: "make one with the issuer that the server asks for"
        case .audience: "make one with the audience that the server asks for"
        case .subject, .tokenID, .permission: "make one with what is right"
        }
    }
}
