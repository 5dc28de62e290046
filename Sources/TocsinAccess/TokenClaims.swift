package import JWTKit
package import Tocsin

/// What a token says (RFC 7519 4), as it is written.
package struct TokenClaims: JWTPayload, Hashable {
    /// `"aud"`: one text, or several.
    package enum Audience: Codable, Hashable, Sendable {
        case one(String)
        case several([String])

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .one(text)
            } else {
                self = .several(try container.decode([String].self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .one(let text): try container.encode(text)
            case .several(let texts): try container.encode(texts)
            }
        }

        /// In the order in which they are written.
        package var all: [String] {
            switch self {
            case .one(let text): [text]
            case .several(let texts): texts
            }
        }
    }

    /// `"tocsin"`: what it allows.
    package struct Access: Codable, Hashable, Sendable {
        package var publish: [String]?
        package var subscribe: [String]?
        package var admin: Bool?

        package init(publish: [String]? = nil, subscribe: [String]? = nil, admin: Bool? = nil) {
            self.publish = publish
            self.subscribe = subscribe
            self.admin = admin
        }
    }

    package var sub: String?
    /// Seconds since 1970.
    package var exp: Double?
    /// Seconds since 1970.
    package var nbf: Double?
    /// Seconds since 1970.
    package var iat: Double?
    package var iss: String?
    package var aud: Audience?
    package var jti: String?
    package var tocsin: Access?

    package init(
        sub: String? = nil, exp: Double? = nil, nbf: Double? = nil, iat: Double? = nil, iss: String? = nil,
        aud: Audience? = nil, jti: String? = nil, tocsin: Access? = nil
    ) {
        self.sub = sub
        self.exp = exp
        self.nbf = nbf
        self.iat = iat
        self.iss = iss
        self.aud = aud
        self.jti = jti
        self.tocsin = tocsin
    }

    /// ``TokenVerifier`` looks at them, with a clock that tests can set.
    package func verify(using algorithm: some JWTAlgorithm) {}

    /// The time that is so many seconds after 1970, of which whole milliseconds count.
    ///
    /// - Returns: `nil` for what cannot be counted with, and for what is after the year 9999: those are milliseconds.
    package static func time(_ seconds: Double) -> Timestamp? {
        // Exact in a number of JSON.
        guard let milliseconds = Int64(exactly: (seconds * 1000).rounded(.down)), milliseconds.magnitude < 1 << 53,
            milliseconds <= 253_402_300_799_999
        else {
            return nil
        }
        return Timestamp(milliseconds: milliseconds)
    }
}
