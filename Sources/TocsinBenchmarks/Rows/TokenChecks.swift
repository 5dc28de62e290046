import Crypto
import Foundation
import TocsinBench

/// 13: what it costs that each stream shows a token of its own.
struct TokenChecks: Row {
    let numbers = [13]
    private static let streams = 10_000
    private static let secret = "a secret of more than thirty-two bytes"

    func findings(_ bench: Bench) async throws -> [Finding] {
        let tokens = Self.tokens()
        let key = bench.newFile("token.key")
        try Data(Self.secret.utf8).write(to: URL(fileURLWithPath: key))
        var rates: [Double] = []
        var ratios: [Double] = []
        var memory: [Double] = []
        for round in 0..<bench.pairs {
            // Which goes first changes, since a machine is not the same all the time.
            let isFirst = round.isMultiple(of: 2)
            var open = isFirst ? try await Self.opened(bench) : (rate: 0, memory: 0)
            let checked = try await Self.opened(bench, tokens, key: key)
            if !isFirst { open = try await Self.opened(bench) }
            rates.append(checked.rate)
            ratios.append(checked.rate / open.rate)
            memory.append(checked.memory - open.memory)
        }
        let ratio = ratios.median ?? 0
        return [
            Finding(
                row: 13, what: "opening 10,000 streams with tokens of their own (HS256)",
                measured: Quantity.rate(rates.median ?? 0), peer: "without access rules",
                ratio: Quantity.times(ratio), budget: "≥ 0.8 ×", isMet: ratio >= 0.8),
            Finding(
                row: 13, what: "memory that the token of an idle stream adds",
                measured: Quantity.kilobytes(memory.median ?? 0), peer: "without access rules", budget: "reported"),
        ]
    }

    /// Signed by HS256.
    private static func tokens() -> [String] {
        let key = SymmetricKey(data: Data(secret.utf8))
        let now = Int(Date().timeIntervalSince1970)
        let header = url(Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        return (0..<streams).map { index in
            let claims = "{\"sub\":\"bench-\(index)\",\"exp\":\(now + 86_400),\"iat\":\(now),\"jti\":\"\(index)\"}"
            let signed = "\(header).\(url(Data(claims.utf8)))"
            return "\(signed).\(url(Data(HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key))))"
        }
    }

    private static func url(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func opened(
        _ bench: Bench, _ tokens: [String] = [], key: String? = nil
    ) async throws -> (rate: Double, memory: Double) {
        let options = key.map { ["--token-key-file", $0] } ?? []
        return try await bench.withServer(.tocsin, ["--heartbeat", "2"] + options) { server in
            var target = TocsinTarget(authority: server.authority, audience: .users(streams))
            target.streamTokens = tokens
            var settings = LoadSettings(address: try server.address, target: target)
            settings.streams = streams
            let before = try server.figures.memory
            return try await withLoad(settings) { load in
                let seconds = try await load.open()
                guard try await load.everyStreamHeard(within: .seconds(20)) else {
                    throw BenchmarkError("a stream had no heartbeat within 20 seconds")
                }
                let after = try server.figures.memory
                return (Double(streams) / seconds, Double(after - before) / Double(streams))
            }
        }
    }
}
