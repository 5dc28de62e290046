package import NIOCore

/// What a server is asked, for each stream and each publish.
package protocol LoadTarget: Sendable {
    /// The value of `Host`.
    var authority: String { get }
    /// Further header fields of every request.
    var fields: [(name: String, value: String)] { get }
    /// How many there are of what alarms can be published to: a user, a topic.
    var channels: Int { get }
    /// Which channel a stream is told of.
    func channel(ofStream index: Int) -> Int
    /// The request target of a stream.
    func path(ofStream index: Int) -> String
    /// Appends a publish: a whole HTTP/1.1 request.
    func write(_ publication: Publication, into buffer: inout ByteBuffer)
}

extension LoadTarget {
    package var fields: [(name: String, value: String)] { [] }

    package func channel(ofStream index: Int) -> Int { index % channels }

    /// The lines that each HTTP/1.1 request has, with their ends.
    package var commonLines: String {
        "Host: \(authority)\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined()
    }
}

/// One publish: an alarm, or several, to one channel.
package struct Publication: Hashable, Sendable {
    package var channel: Int
    package var marks: [Mark]
    /// Bytes of data of each alarm.
    package var size: Int
    /// Idempotency key.
    package var key: String?
}
