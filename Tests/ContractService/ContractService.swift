import ArgumentParser
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

/// Offers the client to LaunchDarkly's `sse-contract-tests`, which drive a client over HTTP and are told what it saw.
@main
struct ContractService: AsyncParsableCommand {
    @Option(help: "Where to listen, on 127.0.0.1.")
    var port = 8000

    func run() async throws {
        let streams = ContractStreams()
        let router = Router()
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        router.get("/") { _, _ in
            Capabilities()
        }
        router.post("/") { request, context -> Response in
            guard let order = try? await request.decode(as: StreamOrder.self, context: context),
                let number = streams.begin(order)
            else { return Response(status: .badRequest) }
            return Response(status: .created, headers: [.location: "/streams/\(number)"])
        }
        router.post("/streams/{number}") { request, context -> Response in
            let number = try context.parameters.require("number", as: Int.self)
            guard streams.has(number) else { return Response(status: .notFound) }
            guard let command = try? await request.decode(as: Command.self, context: context) else {
                return Response(status: .badRequest)
            }
            switch command.command {
            case "restart": streams.restart(number)
            // Each event comes, whatever its type.
            case "listen": break
            default: return Response(status: .badRequest)
            }
            return Response(status: .accepted)
        }
        router.delete("/streams/{number}") { _, context -> Response in
            let number = try context.parameters.require("number", as: Int.self)
            return Response(status: streams.end(number) ? .noContent : .notFound)
        }
        router.delete("/") { _, _ -> Response in
            end.yield()
            return Response(status: .noContent)
        }
        let logger = Logger(label: "contract-service")
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                // For whoever asked for any port; at once, into a pipe too.
                print("listening on \(channel.localAddress?.port ?? 0)")
                fflush(nil)
            }, logger: logger)
        let services = ServiceGroup(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        let ending = Task {
            for await _ in ends { await services.triggerGracefulShutdown() }
        }
        try await services.run()
        ending.cancel()
    }

    private struct Command: Decodable {
        let command: String
    }

    private struct Capabilities: ResponseEncodable {
        let capabilities = [
            "bom", "comments", "headers", "last-event-id", "post", "read-timeout", "report", "restart",
            "server-directed-shutdown-request",
        ]
    }
}
