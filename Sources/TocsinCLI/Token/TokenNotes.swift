import Foundation
import Tocsin
import TocsinAccess

/// What a token says that servers pass over, or does not say, and somebody may not have meant so.
struct TokenNotes {
    /// One line each.
    let all: [String]

    /// - Parameters:
    ///   - text: the token.
    ///   - claims: what servers read of it.
    init(text: String, claims: TokenClaims) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let payload = parts.count == 3 ? Self.payload(parts[1]) : nil
        var notes = (payload?.names ?? []).filter(Self.permissions.contains).map { name in
            "\(name) says nothing where it is; it belongs into \"tocsin\": {\"\(name)\": …}"
        }
        notes += (payload?.access ?? []).filter { !Self.permissions.contains($0) }.map { name in
            let near = NearestName.to(name, among: Self.permissions.sorted()).map { ", perhaps \($0) is meant" } ?? ""
            return "tocsin.\(name.shortened) is not known and says nothing\(near)"
        }
        if claims.sub != nil, claims.iat == nil {
            notes.append("it has no iat: once its user is revoked, no token like it is taken")
        }
        all = notes
    }

    /// The members of `tocsin`.
    private static let permissions: Set = ["publish", "subscribe", "admin"]

    private static func payload(_ part: Substring) -> Payload? {
        let base64 = part.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: base64 + padding).flatMap { try? JSONDecoder().decode(Payload.self, from: $0) }
    }

    /// The names of the members, in alphabetical order.
    private struct Payload: Decodable {
        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        let names: [String]
        let access: [String]

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Name.self)
            names = members.allKeys.map(\.stringValue).sorted()
            let access = try? members.nestedContainer(keyedBy: Name.self, forKey: Name(stringValue: "tocsin"))
            self.access = (access?.allKeys ?? []).map(\.stringValue).sorted()
        }
    }
}
