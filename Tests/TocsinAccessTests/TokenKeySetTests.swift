import Crypto
import CryptoExtras
import Foundation
import JWTKit
import Testing
import Tocsin

@testable import TocsinAccess

@Suite struct TokenKeySetTests {
    private let claims = TokenClaims(sub: "tiaz", exp: Tokens.seconds + 60)

    private func verifier(_ keys: [String]) async throws -> TokenVerifier {
        let set = #"{"keys":[\#(keys.joined(separator: ","))],"more":1}"#
        return TokenVerifier(keys: try await TokenKey.keys(ofSet: set.utf8))
    }

    private func token(_ key: P256.Signing.PrivateKey, id: String?) async throws -> String {
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: try ES256PrivateKey(pem: key.pemRepresentation))
        return try await keys.sign(claims, header: id.map { ["kid": .string($0)] } ?? [:])
    }

    private func jwk(_ key: P256.Signing.PrivateKey, _ more: String = "") -> String {
        let point = [UInt8](key.publicKey.rawRepresentation)
        let (x, y) = (Tokens.base64URL(Array(point[..<32])), Tokens.base64URL(Array(point[32...])))
        return #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"\#(more)}"#
    }

    @Test("A token is verified with the key of the set that it names")
    func choice() async throws {
        let (one, two) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let verifier = try await verifier([
            jwk(one, #","kid":"1""#), jwk(two, #","kid":"2","alg":"ES256","use":"sig""#),
        ])
        for (key, id) in [(one, "1"), (two, "2")] {
            let token = try await token(key, id: id)
            #expect(try verifier.verify(token, at: Tokens.now).holder.subject?.string == "tiaz")
        }
        let crossed = try await token(one, id: "2")
        #expect(throws: TokenFault.signature) { try verifier.verify(crossed, at: Tokens.now) }
        let unknown = try await token(one, id: "3")
        #expect(throws: TokenFault.unknownKey("3")) { try verifier.verify(unknown, at: Tokens.now) }
        let nameless = try await token(one, id: nil)
        #expect(throws: TokenFault.unknownKey(nil)) { try verifier.verify(nameless, at: Tokens.now) }
    }

    @Test("A single key needs no id")
    func single() async throws {
        let key = P256.Signing.PrivateKey()
        let verifier = try await verifier([jwk(key)])
        for id in [nil, "whatever"] {
            let token = try await token(key, id: id)
            #expect(throws: Never.self) { try verifier.verify(token, at: Tokens.now) }
        }
    }

    @Test("Keys of every kind are read, also where they share an id")
    func kinds() async throws {
        let rsa = try Insecure.RSA.PrivateKey(pem: _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation)
        let (modulus, exponent) = try rsa.publicKey.getKeyPrimitives()
        let numbers = [modulus, exponent].map { Tokens.base64URL(Array($0)) }
        let curve = Curve25519.Signing.PrivateKey()
        let ed25519 = EdDSA.PrivateKey(backing: curve)
        let p256 = P256.Signing.PrivateKey()
        let verifier = try await verifier([
            #"{"kty":"RSA","kid":"1","n":"\#(numbers[0])","e":"\#(numbers[1])"}"#,
            #"{"kty":"OKP","crv":"Ed25519","kid":"1","x":"\#(Tokens.base64URL(Array(curve.publicKey.rawRepresentation)))"}"#,
            jwk(p256, #","kid":"1""#),
        ])
        let (rsaKeys, ed25519Keys) = (JWTKeyCollection(), JWTKeyCollection())
        await rsaKeys.add(rsa: rsa, digestAlgorithm: .sha256)
        await ed25519Keys.add(eddsa: ed25519)
        for keys in [rsaKeys, ed25519Keys] {
            let token = try await keys.sign(claims, header: ["kid": "1"])
            #expect(throws: Never.self) { try verifier.verify(token, at: Tokens.now) }
        }
        let token = try await token(p256, id: "1")
        #expect(throws: Never.self) { try verifier.verify(token, at: Tokens.now) }
        let confused = try await Tokens.token(claims, secret: Array(numbers[0].utf8), header: ["kid": "1"])
        #expect(throws: TokenFault.algorithm("HS256")) { try verifier.verify(confused, at: Tokens.now) }
    }

    @Test("A key is for one algorithm, that which it names or the usual one of its kind")
    func algorithms() async throws {
        let rsa = try Insecure.RSA.PrivateKey(pem: _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation)
        let (modulus, exponent) = try rsa.publicKey.getKeyPrimitives()
        let numbers = [modulus, exponent].map { Tokens.base64URL(Array($0)) }
        let curve = Tokens.base64URL(Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation))
        let points = [
            ("P-256", [UInt8](P256.Signing.PrivateKey().publicKey.rawRepresentation)),
            ("P-384", [UInt8](P384.Signing.PrivateKey().publicKey.rawRepresentation)),
            ("P-521", [UInt8](P521.Signing.PrivateKey().publicKey.rawRepresentation)),
        ].map { name, point in
            let halves = [point.prefix(point.count / 2), point.suffix(point.count / 2)]
            let numbers = halves.map { Tokens.base64URL(Array($0)) }
            return #""kty":"EC","crv":"\#(name)","x":"\#(numbers[0])","y":"\#(numbers[1])""#
        }
        let kinds = [
            (
                #""kty":"RSA","n":"\#(numbers[0])","e":"\#(numbers[1])""#, "RS256",
                ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
            ),
            (points[0], "ES256", ["ES256"]), (points[1], "ES384", ["ES384"]), (points[2], "ES512", ["ES512"]),
            (#""kty":"OKP","crv":"Ed25519","x":"\#(curve)""#, "EdDSA", ["EdDSA"]),
        ]
        for (key, usual, all) in kinds {
            for (named, expected) in [(nil, usual)] + all.map({ ($0, $0) }) as [(String?, String)] {
                let member = named.map { #","alg":"\#($0)""# } ?? ""
                let keys = try await TokenKey.keys(ofSet: #"{"keys":[{\#(key)\#(member)}]}"#.utf8)
                #expect(keys.map(\.algorithm.name) == [expected])
            }
        }
    }

    @Test("Keys that are for something else are passed over")
    func others() async throws {
        let key = P256.Signing.PrivateKey()
        let verifier = try await verifier([
            #"{"kty":"oct","kid":"1","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}"#,
            jwk(key, #","kid":"1","use":"enc""#), #"{"kty":"new","kid":"1"}"#, #"{"kid":7}"#,
            jwk(key, #","kid":"1","alg":"ES9""#),
            jwk(key, #","kid":"1","key_ops":["encrypt","sign"]"#), jwk(key, #","kid":"1","key_ops":[]"#),
            jwk(key, #","kid":"1","key_ops":"verify""#), #"{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}"#,
            #"{"kty":"EC","crv":"P-256","kid":"1","x":"AAAA","y":"AAAA"}"#,
            jwk(key, #","kid":"2","key_ops":["sign","verify"]"#),
        ])
        let good = try await token(key, id: "2")
        #expect(throws: Never.self) { try verifier.verify(good, at: Tokens.now) }
        let bad = try await token(key, id: "1")
        #expect(throws: TokenFault.unknownKey("1")) { try verifier.verify(bad, at: Tokens.now) }
    }

    @Test(
        "What is no set of public keys is refused",
        arguments: [
            ("", InvalidTokenKey.Reason.noSet), ("[]", .noSet), ("{}", .noSet), (#"{"keys":{}}"#, .noSet),
            (#"{"keys":[1]}"#, .noSet), (#"{"keys":[]}"#, .emptySet),
            (#"{"keys":[{"kty":"oct","k":"AA"}]}"#, .emptySet),
            (#"{"keys":[{"kty":"EC","crv":"P-256","x":"","y":"","d":"AA"}]}"#, .privateKey),
        ])
    func refusal(json: String, reason: InvalidTokenKey.Reason) async throws {
        let error = await #expect(throws: InvalidTokenKey.self) { try await TokenKey.keys(ofSet: json.utf8) }
        #expect(error?.reason == reason)
    }
}
