import Foundation
import TocsinBench

/// Says on standard error what is going on.
func say(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
}

extension Bench {
    /// Measures each kind of server once a round, in an order that changes from round to round.
    func rounds(_ kinds: [BenchServer.Kind], _ measure: (BenchServer.Kind) async throws -> Void) async throws {
        for round in 0..<pairs {
            for kind in round.isMultiple(of: 2) ? kinds : kinds.reversed() { try await measure(kind) }
        }
    }

    /// Runs `body` with servers that are ended afterwards.
    func withServers<Result>(
        _ kinds: [BenchServer.Kind], _ options: [String] = [], data: String? = nil,
        _ body: ([BenchServer.Kind: BenchServer]) async throws -> Result
    ) async throws -> Result {
        var servers: [BenchServer.Kind: BenchServer] = [:]
        do {
            for kind in kinds { servers[kind] = try await start(kind, options, data: data) }
            let result = try await body(servers)
            for server in servers.values { try await server.stop() }
            return result
        } catch {
            for server in servers.values { try? await server.stop() }
            throw error
        }
    }

    func withServer<Result>(
        _ kind: BenchServer.Kind, _ options: [String] = [], data: String? = nil,
        _ body: (BenchServer) async throws -> Result
    ) async throws -> Result {
        try await withServers([kind], options, data: data) { servers in
            guard let server = servers[kind] else { throw BenchmarkError("\(kind.rawValue) is not there") }
            return try await body(server)
        }
    }
}

/// Runs `body` with a load whose connections are closed afterwards.
func withLoad<Result>(_ settings: LoadSettings, _ body: (LoadGenerator) async throws -> Result) async throws -> Result {
    let load = try await LoadGenerator(settings)
    do {
        let result = try await body(load)
        try await load.close()
        return result
    } catch {
        try? await load.close()
        throw error
    }
}

extension LoadGenerator {
    /// Waits for all that was published, and throws where something is missing or came twice.
    func deliveredOnce() async throws -> Delivery {
        let delivery = try await delivered(patience: .seconds(20))
        guard delivery.missing == 0, delivery.repeated == 0 else {
            throw BenchmarkError("\(delivery.missing) events are missing, and \(delivery.repeated) came twice or late")
        }
        return delivery
    }

    /// Publishes and throws where something was refused.
    func publishAll(_ plan: PublishPlan) async throws -> PublishFigures {
        let figures = try await publish(plan)
        guard figures.refused == 0 else { throw BenchmarkError("\(figures.refused) publishes were refused") }
        return figures
    }
}
