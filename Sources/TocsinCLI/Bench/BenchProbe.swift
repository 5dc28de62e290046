import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Tocsin
import TocsinBench

/// Asks a server once more for what it has refused to a load, which reads no reasons.
struct BenchProbe: Sendable {
    private static let timeout = TimeAmount.seconds(5)

    let plan: BenchPlan

    private static let cure: RefusalCure = {
        let call = TokenCall(publish: ["*"], subscribe: ["*"])
        var cure = RefusalCure()
        cure.noToken += " what this makes: \(call)"
        cure.littleToken = call.advice
        return cure
    }()

    /// Why there is no stream; `nil` where there is one, or no answer.
    func streamRefusal() async -> String? {
        await refusal(of: request(plan.settings.target.path(ofStream: 0)))
    }

    /// Why nothing is published; `nil` where it is, or there is no answer.
    func publishRefusal() async -> String? {
        guard let target = plan.settings.target as? TocsinTarget else { return nil }
        let audience: AlarmMessage.Audience =
            switch target.audience {
            case .topics: .topics(["\(target.prefix)0"])
            case .users: .users(["\(target.prefix)0"])
            case .everyone: .everyone
            }
        var message = AlarmMessage(audience: audience, content: .text("probe"), key: RandomID.make())
        message.timeToLive = target.timeToLive
        var request = request("/alarms")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: message.body))
        return await refusal(of: request)
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: plan.server + (plan.server.hasSuffix("/") ? path.dropFirst() : path[...]))
        for field in plan.settings.target.fields { request.headers.add(name: field.name, value: field.value) }
        return request
    }

    private func refusal(of request: HTTPClientRequest) async -> String? {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: Self.timeout))
        configuration.httpVersion = .http1Only
        if plan.settings.security?.verifies == false {
            var security = TLSConfiguration.makeClientConfiguration()
            security.certificateVerification = .none
            configuration.tlsConfiguration = security
        }
        let answer = try? await HTTPClient.withHTTPClient(configuration: configuration) { client in
            let response = try await client.execute(request, timeout: Self.timeout)
            let status = response.status
            // A stream has no end.
            guard !(200...299).contains(status.code) else { return nil as CommandFailure? }
            let body = try await response.body.collect(upTo: 64 << 10)
            return ServerRefusal.failure(
                status: status.code, reason: status.reasonPhrase, body: Array(body.readableBytesView), cure: Self.cure)
        }
        return (answer ?? nil)?.message
    }
}
