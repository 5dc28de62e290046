package import Tocsin

/// What the claims of a token have to be, whoever has signed it.
package struct ClaimRules: Hashable, Sendable {
    /// By how many seconds the clocks of the server and of whoever makes tokens may differ.
    package static let clockSkew = 60

    private let issuer: String?
    private let audience: String?

    /// - Parameters:
    ///   - issuer: what `iss` has to be, where given.
    ///   - audience: what `aud` has to contain, where given.
    package init(issuer: String? = nil, audience: String? = nil) {
        self.issuer = issuer
        self.audience = audience
    }

    /// What a token with these claims allows, or all that is wrong with them.
    ///
    /// - Parameter signer: the thumbprint of the key that it was signed with, where that is of a key set.
    package func judge(
        _ claims: TokenClaims, signedWith signer: String? = nil, at now: Timestamp
    ) -> Result<Grant, TokenFaults> {
        var faults: [TokenFault] = []
        let expiresAt = Self.time(claims.exp, &faults)
        if claims.exp == nil { faults.append(.noExpiry) }
        if let expiresAt, now >= expiresAt { faults.append(.expired(expiresAt)) }
        if let validFrom = Self.time(claims.nbf, &faults), now < validFrom { faults.append(.notYetValid(validFrom)) }
        if let issuer, claims.iss?.isSame(as: issuer) != true { faults.append(.issuer(claims.iss)) }
        if let audience, claims.aud?.all.contains(where: audience.isSame) != true { faults.append(.audience) }
        let issuedAt = Self.time(claims.iat, &faults)
        if let issuedAt, issuedAt > now.advanced(bySeconds: Self.clockSkew) { faults.append(.issuedLater(issuedAt)) }
        let idError = Self.invalidName(claims.jti)
        if let idError { faults.append(.tokenID(idError)) }
        let holder = Holder(
            subject: Self.subject(claims.sub, &faults), tokenID: idError == nil ? claims.jti : nil, issuedAt: issuedAt,
            signer: signer)
        let grant = Grant(
            holder: holder,
            publish: Permissions(Self.permissions(claims.tocsin?.publish, &faults)),
            subscribe: Permissions(Self.permissions(claims.tocsin?.subscribe, &faults)),
            isAdmin: claims.tocsin?.admin ?? false,
            expiresAt: expiresAt)
        return TokenFaults(faults, of: holder).map(Result.failure) ?? .success(grant)
    }

    private static func time(_ seconds: Double?, _ faults: inout [TokenFault]) -> Timestamp? {
        guard let seconds else { return nil }
        let time = TokenClaims.time(seconds)
        if time == nil { faults.append(.time) }
        return time
    }

    private static func subject(_ text: String?, _ faults: inout [TokenFault]) -> Name? {
        guard let text else { return nil }
        do throws(InvalidName) {
            return try Name(text)
        } catch {
            faults.append(.subject(error))
            return nil
        }
    }

    private static func invalidName(_ text: String?) -> InvalidName? {
        guard let text else { return nil }
        do throws(InvalidName) {
            _ = try Name(text)
            return nil
        } catch {
            return error
        }
    }

    private static func permissions(_ texts: [String]?, _ faults: inout [TokenFault]) -> [Permission] {
        var permissions: [Permission] = []
        for text in texts ?? [] {
            do throws(InvalidPermission) {
                permissions.append(try Permission(text))
            } catch {
                faults.append(.permission(error))
            }
        }
        return permissions
    }
}

/// Everything that is wrong with a token: one thing or more.
package struct TokenFaults: Error, Hashable {
    package let first: TokenFault
    package let all: [TokenFault]
    /// Whose it is by what it says.
    let holder: Holder

    /// - Returns: `nil` for none.
    init?(_ faults: [TokenFault], of holder: Holder) {
        guard let first = faults.first else { return nil }
        self.first = first
        all = faults
        self.holder = holder
    }
}
