import Foundation
import TocsinBench

/// 13: what it costs that each stream shows a token of its own.
struct TokenChecks: Row {
    let numbers = [13]
    private static let streams = 10_000

    func findings(_ bench: Bench) async throws -> [Finding] {
        let samples = [
            TokenSamples.hs256(Self.streams), try .rs256(Self.streams), try .es256(Self.streams),
            try .edDSA(Self.streams),
        ]
        var rates: [[Double]] = samples.map { _ in [] }
        var ratios = rates
        var memory: [Double] = []
        for round in 0..<bench.pairs {
            for (index, sample) in samples.enumerated() {
                // Which goes first changes, since a machine is not the same all the time.
                let isFirst = round.isMultiple(of: 2)
                var open = isFirst ? try await Self.opened(bench) : Opened()
                let checked = try await Self.opened(bench, sample)
                if !isFirst { open = try await Self.opened(bench) }
                rates[index].append(checked.rate)
                ratios[index].append(checked.rate / open.rate)
                if index == 0 { memory.append(checked.memory - open.memory) }
            }
        }
        let findings = samples.enumerated().map { index, sample in
            let ratio = ratios[index].median ?? 0
            let isBudget = index == 0
            return Finding(
                row: 13, what: "opening 10,000 streams with tokens of their own (\(sample.algorithm))",
                measured: Quantity.rate(rates[index].median ?? 0), peer: "without access rules",
                ratio: Quantity.times(ratio), budget: isBudget ? "≥ 0.8 ×" : "reported",
                isMet: isBudget ? ratio >= 0.8 : nil)
        }
        return findings + [
            Finding(
                row: 13, what: "memory that the token of an idle stream adds",
                measured: Quantity.kilobytes(memory.median ?? 0), peer: "without access rules", budget: "reported")
        ]
    }

    private struct Opened {
        /// Streams a second.
        var rate = 0.0
        /// Kilobytes a stream.
        var memory = 0.0
    }

    private static func opened(_ bench: Bench, _ sample: TokenSamples? = nil) async throws -> Opened {
        var options: [String] = []
        if let sample {
            let key = bench.newFile("token.key")
            try Data(sample.key.utf8).write(to: URL(fileURLWithPath: key))
            options = ["--token-key-file", key]
        }
        return try await bench.withServer(.tocsin, ["--heartbeat", "2"] + options) { server in
            var target = TocsinTarget(authority: server.authority, audience: .users(streams))
            target.streamTokens = sample?.tokens ?? []
            var settings = LoadSettings(address: try server.address, target: target)
            settings.streams = streams
            let before = try server.figures.memory
            return try await withLoad(settings) { load in
                let seconds = try await load.open()
                guard try await load.everyStreamHeard(within: .seconds(20)) else {
                    throw BenchmarkError("a stream had no heartbeat within 20 seconds")
                }
                let after = try server.figures.memory
                return Opened(
                    rate: Double(streams) / seconds, memory: Double(after - before) / Double(streams))
            }
        }
    }
}
