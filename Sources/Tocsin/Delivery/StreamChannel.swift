/// Where a subscriber's bytes go: one open response. Used on its event loop only.
package protocol StreamChannel: AnyObject {
    /// What it goes over.
    var transport: StreamProtocol { get }

    /// Whether it takes more without buffering beyond its limit.
    var isWritable: Bool { get }

    /// Whether there are bytes that the peer has not taken, wherever they are: also the system buffers some, and its
    /// buffer can hold what little a stream is sent in an hour.
    var hasUntakenBytes: Bool { get }

    /// Writes and flushes.
    func write(_ batch: EventBatch)

    /// Writes `last` and then the proper end of the response, never a reset of the connection.
    func end(_ last: EventBatch)

    /// Closes at once: for a reader that takes nothing.
    func abort()

    /// A number that changes whenever the peer has taken some bytes; `nil` where that cannot be told.
    func takenBytes() -> UInt64?
}
