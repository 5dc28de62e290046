import Foundation
import NIOCore
import TocsinBench

/// A server that was started to be measured.
struct BenchServer: Sendable {
    enum Kind: String, CaseIterable, Hashable, Sendable {
        case tocsin = "Tocsin"
        case floor = "write(2)"
        case nchan = "Nchan"
    }

    let kind: Kind
    let process: ChildProcess
    let port: Int

    var address: SocketAddress {
        get throws { try SocketAddress(ipAddress: "127.0.0.1", port: port) }
    }

    var authority: String { "127.0.0.1:\(port)" }

    /// What it has used so far.
    var figures: ProcessFigures {
        get throws {
            guard let figures = ProcessFigures(of: process.id) else {
                throw BenchmarkError("\(kind.rawValue) has ended: \(process.output.suffix(500))")
            }
            return figures
        }
    }

    /// Publishing to so many topics; each stream is told of one.
    func settings(topics: Int) throws -> LoadSettings {
        let target: any LoadTarget =
            switch kind {
            case .tocsin: TocsinTarget(authority: authority, audience: .topics(topics))
            case .floor: FloorTarget(authority: authority)
            case .nchan: NchanTarget(authority: authority, channels: topics)
            }
        return LoadSettings(address: try address, target: target)
    }

    /// The same with users, where the server knows such.
    func settings(users: Int) throws -> LoadSettings {
        guard kind == .tocsin else { return try settings(topics: users) }
        return LoadSettings(
            address: try address, target: TocsinTarget(authority: authority, audience: .users(users)))
    }

    func stop() async throws {
        try await process.end()
    }
}
