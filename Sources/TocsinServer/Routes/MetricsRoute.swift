import Hummingbird
import NIOCore
import Tocsin
import TocsinMetrics

/// `GET /metrics`: the text that Prometheus reads.
struct MetricsRoute: Sendable {
    let hub: Hub
    let metrics: ServerMetrics
    let connections: OpenConnections

    func get() async -> Response {
        // It looks at each file that is open, and writes some hundred lines: too long for an event loop.
        let text = await withTaskExecutorPreference(globalConcurrentExecutor) {
            await metrics.text(of: hub, connections: connections.count)
        }
        return Response(
            status: .ok, headers: [.contentType: PrometheusRegistry.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
