import TocsinAccess

/// What tokens are checked with that are explained: a server may have a key, a key set, or both.
struct ExplainingKeys: Sendable {
    let own: TokenKey?
    /// Empty where there is no set.
    let set: [TokenKey]

    /// Judges as such a server does; `nil` where there is no key.
    func verifier(issuer: String?, audience: String?) -> TokenVerifier? {
        let keys = (own.map { [$0] } ?? []) + set
        return keys.isEmpty ? nil : TokenVerifier(keys: keys, issuer: issuer, audience: audience)
    }

    /// Which server that is.
    var server: String {
        own != nil && !set.isEmpty ? "a server with this key and this key set" : "a server with this key"
    }
}
