import JWTKit
import Testing
import Tocsin

@testable import TocsinAccess

@Suite struct HS256Tests {
    @Test("It agrees with jwt-kit for secrets of any length", arguments: [32, 63, 64, 65, 200])
    func lengths(length: Int) async throws {
        let secret = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let algorithm = try await keys.getKey()
        let own = HS256(secret: secret)
        for count in [0, 1, 55, 56, 64, 1000] {
            let text = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let signature = try algorithm.sign(text)
            #expect(own.sign(text) == signature)
            #expect(own.verify(signature, signs: text))
            for place in signature.indices {
                var broken = signature
                broken[place] ^= 1
                #expect(!own.verify(broken, signs: text))
            }
            for wrong in [[], Array(signature.dropLast()), signature + [0]] {
                #expect(!own.verify(wrong, signs: text))
            }
            #expect(!own.verify(signature, signs: text + [0]))
        }
    }
}
