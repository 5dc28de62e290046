import Logging
import Metrics

@testable import TocsinServer

extension RequestObserver {
    /// One that tells nobody.
    static var silent: RequestObserver {
        RequestObserver(
            RequestMetrics(NOOPMetricsHandler.instance),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
