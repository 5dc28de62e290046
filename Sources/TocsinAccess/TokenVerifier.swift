import JWTKit
package import Tocsin

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Verifies tokens (RFC 7519, RFC 8725) and says what they allow. No clock, no waiting: it can be asked on an event loop.
package struct TokenVerifier: Sendable {
    private let keys: [TokenKey]
    private let issuer: String?
    private let audience: String?

    /// - Parameters:
    ///   - keys: at least one.
    ///   - issuer: what `iss` has to be, where given.
    ///   - audience: what `aud` has to contain, where given.
    package init(keys: [TokenKey], issuer: String? = nil, audience: String? = nil) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// - Throws: ``TokenFault``, the first that there is: of its form, its key, its signature, and then of what it says.
    package func verify(_ token: String, at now: Timestamp) throws(TokenFault) -> Grant {
        let bytes = Array(token.utf8)
        let parsed: (header: JWTHeader, payload: TokenClaims, signature: Data)
        do {
            parsed = try DefaultJWTParser(jsonDecoder: UniqueMembersDecoder()).parse(bytes, as: TokenClaims.self)
        } catch {
            throw .malformed
        }
        guard parsed.header.fields["crit"] == nil else { throw .criticalHeader }
        let key = try key(for: parsed.header)
        guard let end = bytes.lastIndex(of: UInt8(ascii: ".")) else { throw .malformed }
        let isSigned = (try? key.algorithm.verify(parsed.signature, signs: bytes[..<end])) ?? false
        guard isSigned else { throw .signature }
        return try grant(parsed.payload, at: now)
    }

    /// The key that a token says it was signed with, if it is one for the algorithm that the token names.
    private func key(for header: JWTHeader) throws(TokenFault) -> TokenKey {
        let id = header.kid
        // One key that has no id is for all tokens. In a set, keys of different kinds may have the same id.
        let known = keys.count == 1 && keys[0].id == nil ? keys : keys.filter { $0.id == id && id != nil }
        guard !known.isEmpty else { throw .unknownKey(id) }
        // Compared with the key's, never the other way round: else a public key could be used as a secret.
        guard let key = known.first(where: { $0.algorithm.name == header.alg }) else { throw .algorithm(header.alg) }
        return key
    }

    private func grant(_ claims: TokenClaims, at now: Timestamp) throws(TokenFault) -> Grant {
        guard let exp = claims.exp else { throw .noExpiry }
        let expiresAt = try Self.time(exp)
        guard now < expiresAt else { throw .expired(expiresAt) }
        if let nbf = claims.nbf {
            let validFrom = try Self.time(nbf)
            guard now >= validFrom else { throw .notYetValid(validFrom) }
        }
        if let issuer, claims.iss != issuer { throw .issuer(claims.iss) }
        if let audience, claims.aud?.contains(audience) != true { throw .audience }
        var issuedAt: Timestamp?
        if let iat = claims.iat { issuedAt = try Self.time(iat) }
        return Grant(
            holder: Holder(subject: try Self.subject(claims.sub), tokenID: claims.jti, issuedAt: issuedAt),
            publish: try Self.permissions(claims.tocsin?.publish),
            subscribe: try Self.permissions(claims.tocsin?.subscribe), isAdmin: claims.tocsin?.admin ?? false,
            expiresAt: expiresAt)
    }

    /// Of a number of seconds, of which whole milliseconds count.
    private static func time(_ seconds: Double) throws(TokenFault) -> Timestamp {
        // Exact in a number of JSON.
        guard let milliseconds = Int64(exactly: (seconds * 1000).rounded(.down)), milliseconds.magnitude < 1 << 53
        else {
            throw .time
        }
        return Timestamp(milliseconds: milliseconds)
    }

    private static func subject(_ text: String?) throws(TokenFault) -> Name? {
        guard let text else { return nil }
        do throws(InvalidName) {
            return try Name(text)
        } catch {
            throw .subject(error)
        }
    }

    private static func permissions(_ texts: [String]?) throws(TokenFault) -> [Permission] {
        var permissions: [Permission] = []
        for text in texts ?? [] {
            do throws(InvalidPermission) {
                permissions.append(try Permission(text))
            } catch {
                throw .permission(error)
            }
        }
        return permissions
    }
}
