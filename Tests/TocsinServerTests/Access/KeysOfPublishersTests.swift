import Testing
import TocsinAccess

@testable import Tocsin
@testable import TocsinServer

/// Idempotency keys, where not everybody may publish to all.
@Suite struct KeysOfPublishersTests {
    private struct Several: Decodable { let ids: [String] }

    private func publish(
        _ alarm: String, allowed permissions: String, to server: TestServer
    ) async throws -> (status: Int, id: String) {
        let token = TestToken.allowing("\"publish\":\(permissions)")
        let answer = try await server.answer(to: .post(alarm, fields: ["Authorization: Bearer \(token)"]))
        return (answer.status, try answer.json(TestServer.Published.self).id)
    }

    @Test("Nobody uses up the keys for addresses of others, or finds them out; with the same addresses they are shared")
    func keptApart() async throws {
        let verifier = TokenVerifier(keys: [try TokenKey(secret: Array(TestToken.secret.utf8))])
        try await TestServer.serving({ $0.configuration.authenticator = Authenticator(verifier: verifier) }) { server in
            let first = try await publish(
                #"{"topic":"a","data":1,"key":"invoice-1"}"#, allowed: #"["topic:a"]"#, to: server)
            let other = try await publish(
                #"{"topic":"b","data":2,"key":"invoice-1"}"#, allowed: #"["topic:b"]"#, to: server)
            #expect(first.status == 201 && other.status == 201 && other.id != first.id)
            for (alarm, permissions) in [
                (#"{"topic":"a","data":3,"key":"invoice-1"}"#, #"["topic:a"]"#),
                (#"{"topics":["a"],"data":3,"key":"invoice-1"}"#, #"["*"]"#),
            ] {
                let again = try await publish(alarm, allowed: permissions, to: server)
                #expect(again.status == 200 && again.id == first.id)
            }
            let several = try await publish(
                #"{"topics":["a","b"],"data":4,"key":"invoice-1"}"#, allowed: #"["topic:a","topic:b"]"#, to: server)
            let turned = try await publish(
                #"{"topics":["b","a"],"data":4,"key":"invoice-1"}"#, allowed: #"["topic:a","topic:b"]"#, to: server)
            #expect(several.status == 201 && turned.status == 200 && turned.id == several.id)
            let user = try await publish(
                #"{"user":"a","data":5,"key":"invoice-1"}"#, allowed: #"["user:a"]"#, to: server)
            #expect(user.status == 201)
        }
    }
}
