import NIOCore

/// How much a TCP peer has taken.
enum TCPProgress {
    /// The kernel's `struct tcp_info` up to `tcpi_bytes_acked`, its sixteenth group of eight bytes (Linux 4.2 and later).
    private typealias Information = (
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
    )

    /// Bytes that the peer has acknowledged over the connection's life.
    ///
    /// The channel's own buffer does not tell: the kernel can take seconds to empty its own before it asks for more.
    /// - Returns: `nil` where the system cannot tell.
    static func acknowledgedBytes(of channel: any Channel) -> UInt64? {
        #if os(Linux)
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        var acknowledged: UInt64?
        let information: EventLoopFuture<Information> = provider.unsafeGetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: 11))
        // On the channel's own event loop the answer is there at once.
        information.assumeIsolated().whenSuccess { acknowledged = $0.15 }
        return acknowledged
        #else
        return nil
        #endif
    }
}
