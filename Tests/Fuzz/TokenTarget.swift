import Crypto
import Foundation
import SeededRandomness
import Tocsin
import TocsinAccess

/// Tokens whose header and claims were made up and broken, most of them signed with the server's key: what is read of them,
/// compared to the rules written down plainly.
final class TokenTarget: FuzzTarget, Sendable {
    private static let secret = "a secret of more than thirty-two bytes"
    private static let now = Timestamp(milliseconds: 1_790_000_000_000)
    private static let alphabet = Array("{}[]\",:\\u01e+-.tfn* \n/".utf8) + [0x00, 0x80, 0xC2, 0xED, 0xFF]
    private let verifier: TokenVerifier

    init() {
        // Without a key, which there always is, every good token would be a finding.
        verifier = TokenVerifier(keys: (try? TokenKey(secret: Array(Self.secret.utf8))).map { [$0] } ?? [])
    }

    func run(_ generator: inout SeededGenerator) throws(Finding) -> String {
        var header = Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
        if generator.chance(10) { header = generator.mutated(header, alphabet: Self.alphabet) }
        var claims = Array(generator.claims().utf8)
        if generator.chance(40) { claims = generator.mutated(claims, alphabet: Self.alphabet) }
        let signed = "\(Self.url(Data(header))).\(Self.url(Data(claims)))"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(Self.secret.utf8)))
        var token = "\(signed).\(Self.url(Data(code)))"
        let isBroken = generator.chance(10)
        if isBroken {
            let bytes = generator.mutated(Array(token.utf8), alphabet: Array("AZaz09-_.=+/ ".utf8))
            token = String(decoding: bytes, as: UTF8.self)
        }
        let outcome = Result { () throws(TokenFault) in try verifier.verify(token, at: Self.now) }
        // What a broken one is worth is not for the reference to say, but that it may be refused.
        let expected = isBroken ? nil : ReferenceClaims(header: header, claims: claims, at: Self.now)
        switch outcome {
        case .success(let grant):
            guard !isBroken else { return "broken in vain" }
            guard let expected else { throw finding("is taken, and is not good", header, claims) }
            guard expected.describes(grant) else { throw finding("is taken for \(grant)", header, claims) }
            return "good"
        case .failure(let fault):
            if let expected { throw finding("is refused, and is good: \(fault); \(expected)", header, claims) }
            guard !"\(fault)".isEmpty, "\(fault)".utf8.count < 4096 else {
                throw finding("is refused at length", header, claims)
            }
            return isBroken ? "broken" : "refused"
        }
    }

    private func finding(_ what: String, _ header: [UInt8], _ claims: [UInt8]) -> Finding {
        let shown = [header, claims].map { String(decoding: $0, as: UTF8.self).debugDescription }
        return Finding("the token of \(shown[0]) and \(shown[1]) \(what)")
    }

    private static func url(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension SeededGenerator {
    /// Claims that are right, or nearly.
    fileprivate mutating func claims() -> String {
        var members: [String] = []
        for _ in 0...index(below: 6) {
            let permissions = [
                #""user:a""#, #""topic:a/*""#, #""everyone""#, #""*""#, #""user:*""#, "1", "null", #""\u0075ser:é""#,
            ]
            let list =
                "["
                + (0..<index(below: 4)).map { _ in permissions[index(below: chance(80) ? 4 : 8)] }.joined(
                    separator: ",") + "]"
            let member =
                element(of: [
                    #""exp":1790000001"#, #""exp":1790000000.001"#, #""exp":1.79e10"#, #""exp":1790000000"#,
                    #""exp":1e400"#,
                    #""exp":"1790000001""#, #""e\u0078p":1790000002"#, #""nbf":1790000000"#, #""nbf":1790000001"#,
                    #""nbf":-1e300"#, #""iat":0"#, #""iat":null"#, #""sub":"tiaz""#, #""sub":"""#, #""sub":"\u0000""#,
                    #""sub":"e\u0301""#, #""sub":7"#, #""jti":"7""#, #""jti":{}"#, #""iss":"shop""#, #""aud":"tocsin""#,
                    #""aud":["a","b"]"#, #""aud":[1]"#, #""tocsin":null"#, #""tocsin":[]"#, #""tocsin":{"admin":true}"#,
                    "\"tocsin\":{\"publish\":\(list)}", "\"tocsin\":{\"subscribe\":\(list),\"admin\":false}",
                    "\"tocsin\":{\"other\":\(json()),\"publish\":\(list)}", "\"other\":\(json())",
                ]) ?? ""
            members.append(member)
        }
        if chance(70) { members.insert(#""exp":1790000001"#, at: index(below: members.count + 1)) }
        return "{\(members.joined(separator: ","))}"
    }
}
