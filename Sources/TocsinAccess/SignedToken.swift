#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A token taken apart (RFC 7515 7.1). Nothing of it is to be believed yet.
package struct SignedToken: Sendable {
    /// How it says that it was signed. What else is in the header is not looked at.
    package struct Header: Hashable, Sendable {
        package let algorithm: String?
        package let keyID: String?
        /// Whether it asks for something that has to be understood (RFC 7515 4.1.11).
        package let isCritical: Bool
    }

    package let header: Header
    package let claims: TokenClaims
    /// What the signature is for.
    let signed: ArraySlice<UInt8>
    let signature: Data

    /// - Throws: ``TokenFault/malformed``, or ``TokenFault/claim(_:)`` for a claim that is something else than it has to be.
    package init(_ text: String) throws(TokenFault) {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decoded(parts[0]), let payload = Base64URL.decoded(parts[1]),
            let signature = Base64URL.decoded(parts[2]),
            let fields = try? UniqueMembersDecoder.decode(Header.self, from: header)
        else {
            throw .malformed
        }
        self.header = fields
        claims = try Self.claims(payload)
        signed = bytes[..<parts[1].endIndex]
        self.signature = signature
    }

    private static func claims(_ json: Data) throws(TokenFault) -> TokenClaims {
        do {
            return try UniqueMembersDecoder.decode(TokenClaims.self, from: json)
        } catch {
            // What stands at an index is the list's.
            let path = (error as? DecodingError)?.path.filter { $0.intValue == nil } ?? []
            guard !path.isEmpty else { throw .malformed }
            throw .claim(path.map(\.stringValue).joined(separator: "."))
        }
    }
}

extension SignedToken.Header: Decodable {
    private enum CodingKeys: String, CodingKey {
        case alg, kid, crit
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        algorithm = try? fields.decode(String.self, forKey: .alg)
        keyID = try? fields.decode(String.self, forKey: .kid)
        isCritical = fields.contains(.crit)
    }
}

extension DecodingError {
    fileprivate var path: [any CodingKey] {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}
