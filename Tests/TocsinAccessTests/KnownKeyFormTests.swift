import Crypto
import CryptoExtras
import Foundation
import JWTKit
import Testing
import Tocsin

@testable import TocsinAccess

/// Keys that others may know, given where a secret is asked for.
@Suite struct KnownKeyFormTests {
    private static let p256 = P256.Signing.PrivateKey().publicKey
    private static let rsa = try? _RSA.Signing.PrivateKey(keySize: .bits2048).publicKey
    private static let ed25519 =
        [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        + Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)

    /// What it is called, its bytes, and why it is no secret.
    typealias Row = (String, [UInt8], InvalidTokenKey.Reason)

    private static func rows() throws -> [Row] {
        let rsa = try #require(rsa)
        let pem = rsa.pemRepresentation
        let body = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined(separator: "\n")
        let der = Array(rsa.derRepresentation)
        let jwk = """
            {"kty":"OKP","crv":"Ed25519","x":"\(Data(ed25519.suffix(32)).base64EncodedString())","kid":"a"}
            """
        let ssh = "AAAAC3NzaC1lZDI1NTE5AAAAI" + String(repeating: "A", count: 43)
        let blob = Data([0, 0, 0, 7] + Array("ssh-rsa".utf8) + [0, 0, 0, 3, 1, 0, 1] + der).base64EncodedString()
        func utf16(_ text: String, mark: [UInt8], isLittle: Bool) -> [UInt8] {
            mark
                + text.utf16.flatMap {
                    isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)]
                }
        }
        return [
            ("a JWKS", Array("{\"keys\":[\(jwk)]}\n".utf8), .secretInJSON),
            (
                "a JWKS without keys that are known", Array(#" {"keys": [], "more": "and more and more"}"#.utf8),
                .secretInJSON
            ),
            ("a JWK", Array(jwk.utf8), .secretInJSON),
            ("JWKs in an array", Array("[\(jwk)]".utf8), .secretInJSON),
            ("a JWKS that was cut off", Array("{\"keys\":[\(jwk)".utf8), .secretInJSON),
            ("id_ed25519.pub", Array("ssh-ed25519 \(ssh) tiaz@shop\n".utf8), .secretOfSSH),
            ("id_rsa.pub", Array("ssh-rsa \(blob) tiaz@shop\n".utf8), .secretOfSSH),
            ("id_ecdsa.pub", Array("ecdsa-sha2-nistp256 \(blob)".utf8), .secretOfSSH),
            ("a key of a token", Array("sk-ssh-ed25519@openssh.com \(ssh) a".utf8), .secretOfSSH),
            ("known_hosts", Array("shop.example ssh-ed25519 \(ssh)\n".utf8), .secretOfSSH),
            (
                "RFC 4716", Array("---- BEGIN SSH2 PUBLIC KEY ----\n\(blob)\n---- END SSH2 PUBLIC KEY ----\n".utf8),
                .secretOfSSH
            ),
            ("the base64 of an id_rsa.pub", Array(blob.utf8), .secretInBase64),
            ("RSA in DER", der, .secretInDER),
            ("RSA in DER, PKCS #1", Array(rsa.pkcs1DERRepresentation), .secretInDER),
            ("P-256 in DER", Array(p256.derRepresentation), .secretInDER),
            ("Ed25519 in DER", ed25519, .secretInDER),
            ("DER with a line end", der + [0x0D, 0x0A], .secretInDER),
            ("the body of a PEM", Array(body.utf8), .secretInBase64),
            ("the same in one line", Array(body.replacing("\n", with: "").utf8), .secretInBase64),
            ("DER in base64url", Array(Base64URL.encoded(p256.derRepresentation).utf8), .secretInBase64),
            ("PEM in UTF-16", utf16(pem, mark: [0xFF, 0xFE], isLittle: true), .secretInOtherText),
            ("the same, high bytes first", utf16(pem, mark: [0xFE, 0xFF], isLittle: false), .secretInOtherText),
            ("the same, without a mark", utf16(pem, mark: [], isLittle: true), .secretInOtherText),
            ("JSON with a mark", [0xEF, 0xBB, 0xBF] + Array(jwk.utf8), .secretInOtherText),
        ]
    }

    @Test("A key that others may know is no secret, in whatever form it is in")
    func refusals() async throws {
        for (what, bytes, reason) in try Self.rows() {
            let error = await #expect(throws: InvalidTokenKey.self, "\(what)") { try await TokenKey(file: bytes) }
            #expect(error?.reason == reason, "\(what)")
            let signing = await #expect(throws: InvalidTokenKey.self, "\(what)") { try await TokenSigner(file: bytes) }
            #expect(signing?.reason == reason, "\(what)")
            let variable = #expect(throws: InvalidTokenKey.self, "\(what)") { try TokenKey(secret: bytes) }
            #expect(variable?.reason == reason, "\(what)")
            #expect(error?.description.contains("\n") == false && error?.description.contains("; ") == true)
        }
    }

    @Test("Half a PEM is none, and no secret")
    func halves() async throws {
        let pem = Self.p256.pemRepresentation
        for half in [pem.split(separator: "\n").dropFirst(), pem.split(separator: "\n").dropLast()] {
            let bytes = Array(half.joined(separator: "\n").utf8)
            await #expect(throws: InvalidTokenKey.self) { try await TokenKey(file: bytes) }
            #expect(throws: InvalidTokenKey.self) { try TokenKey(secret: bytes) }
        }
    }

    @Test(
        "A text that only looks a little like a key is a secret",
        arguments: [
            "horse battery staple ssh-correct", "{ a brace at the start of a passphrase",
            "0x30 0x82 and so on, but in letters",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A but no more of it", "kty is no member of this text, only a word",
            "---- a line of dashes, and no key", "0123456789abcdef0123456789abcdef", "ＢＥＧＩＮ ＰＵＢＬＩＣ ＫＥＹ",
        ])
    func secrets(text: String) async throws {
        _ = try await TokenKey(file: Array(text.utf8))
        _ = try TokenKey(secret: Array(text.utf8))
    }

    @Test("Random bytes are a secret, plain and as openssl writes them in base64, also where they begin like a key")
    func randomness() async throws {
        for number in 0..<4000 {
            // The same in every run.
            let random = SHA512.hash(data: Array("\(number)".utf8))
            var bytes = Array(Array(random).prefix(32 + number % 33))
            let starts: [[UInt8]] = [
                [], [0x30, 0x82], [0x30, UInt8(bytes.count - 2)], [0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF],
                Array("{".utf8),
            ]
            let start = starts[number % starts.count]
            bytes.replaceSubrange(0..<start.count, with: start)
            #expect(KnownKeyForm(of: bytes) == nil, "\(bytes)")
            #expect(KnownKeyForm(of: Data(bytes).base64EncodedData() + [0x0A]) == nil, "\(bytes)")
        }
    }
}
