package import NIOCore

/// What is to be opened on a server.
package struct LoadSettings: Sendable {
    package var address: SocketAddress
    package var target: any LoadTarget
    package var streams = 0
    /// Connections that publish, with one request at a time on each.
    package var publishers = 0
    /// Bytes of data of an alarm.
    package var dataSize = 100
    package var alarmsPerRequest = 1
    /// Whether each publish has an idempotency key, so that it can be sent again.
    package var isKeyed = false
    /// Whether what breaks is connected again: a stream with its last event id, a publish with its key.
    package var reconnects = false
    /// The id that all streams resume after.
    package var lastEventID: String?
    /// How the server proves who it is; `nil` for a connection in the clear.
    package var security: LoadSecurity?
    /// How many streams share a connection over HTTP/2, which needs ``security``; `nil` for HTTP/1.1. What breaks over
    /// HTTP/2 is not connected again.
    package var streamsPerConnection: Int?
    /// How many streams are being opened at any time.
    package var openingAtOnce = 256

    package init(address: SocketAddress, target: any LoadTarget) {
        self.address = address
        self.target = target
    }
}

/// How much is to be published.
package struct PublishPlan: Sendable {
    package enum Amount: Sendable {
        case requests(Int)
        case time(Duration)
    }

    package var amount: Amount
    package var pace: Pace
    /// Whether channels come one after another, each as often as the others; else they are chosen at random.
    package var isInTurn = false

    package enum Pace: Hashable, Sendable {
        /// Each connection sends as soon as it has an answer.
        case closedLoop
        /// Each connection sends as soon as all streams have what is published.
        case afterDelivery
        /// So many requests a second on all connections together.
        case rate(Double)
    }

    package init(_ amount: Amount, pace: Pace = .closedLoop) {
        self.amount = amount
        self.pace = pace
    }
}

/// What came of a ``PublishPlan``.
package struct PublishFigures: Hashable, Sendable {
    /// Alarms whose publish was answered with success.
    package var alarms = 0
    package var requests = 0
    /// Requests that were answered with anything else.
    package var refused = 0
    package var seconds = 0.0
    /// When the first request was begun, in nanoseconds of uptime.
    package var beginTime: UInt64 = 0
    /// From request to answer; with a rate, from when the request was due.
    package var latencies = LatencyHistogram()

    package init() {}

    package var alarmsPerSecond: Double { seconds > 0 ? Double(alarms) / seconds : 0 }
    package var requestsPerSecond: Double { seconds > 0 ? Double(requests) / seconds : 0 }
}
