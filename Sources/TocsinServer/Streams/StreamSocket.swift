#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOCore

/// The socket under a stream, for what goes past its channel.
///
/// A channel takes a write through its pipeline, a queue and a state machine, which together cost as much again as half of
/// the system call. So long as the channel holds nothing back, a batch can go straight to the kernel; what the kernel does
/// not take goes to the channel, which waits for the socket as ever.
///
/// Used on the channel's event loop only, and not after its `channelInactive`: by then the number may belong to another
/// connection. Between the socket's closing and that call NIO runs no code but the failing of this channel's own writes.
struct StreamSocket {
    private let descriptor: CInt

    /// - Returns: `nil` where the channel has no socket, or the system no way to write without signals.
    init?(of channel: any Channel) {
        #if os(Linux)
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        guard let descriptor else { return nil }
        self.descriptor = descriptor
        #else
        return nil
        #endif
    }

    /// Gives bytes to the kernel.
    ///
    /// - Returns: how many it took. An error is as if it took none: the channel will meet it too, and say so.
    func send(_ bytes: ByteBuffer) -> Int {
        #if os(Linux)
        let flags = CInt(truncatingIfNeeded: Int(MSG_DONTWAIT) | Int(MSG_NOSIGNAL))
        return bytes.withUnsafeReadableBytes { max(0, Self.send(descriptor, $0, flags)) }
        #else
        return 0
        #endif
    }

    /// Bytes that the peer has acknowledged over the connection's life; `nil` where the system cannot tell.
    ///
    /// What a channel holds does not tell: the kernel can take seconds to empty its own buffer before it asks for more.
    func acknowledgedBytes() -> UInt64? {
        #if os(Linux)
        // tcpi_bytes_acked, Linux 4.2 and later
        information { $0.load(fromByteOffset: 120, as: UInt64.self) }
        #else
        nil
        #endif
    }

    /// Whether the kernel has bytes that the peer has not acknowledged, sent or not; `nil` where the system cannot tell.
    ///
    /// TCP_USER_TIMEOUT is no help against a peer that takes nothing: Linux (6.18) ends with it also those that take a
    /// little now and then, when their window stays too small for what is to be sent next.
    var hasUnacknowledgedBytes: Bool? {
        #if os(Linux)
        // tcpi_unacked, in packets, and tcpi_notsent_bytes, Linux 4.6 and later
        information { information in
            [24, 144].contains { information.load(fromByteOffset: $0, as: UInt32.self) > 0 }
        }
        #else
        nil
        #endif
    }

    /// Lets the kernel drop what the peer has not taken when the socket is closed, and not keep it for minutes.
    func resetWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout.size(ofValue: option)))
    }

    #if os(Linux)
    /// Reads the kernel's `struct tcp_info`, whose beginning never changes.
    private func information<Value>(_ read: (UnsafeMutableRawBufferPointer) -> Value) -> Value? {
        withUnsafeTemporaryAllocation(byteCount: 148, alignment: 8) { information in
            var length = socklen_t(information.count)
            let status = getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, information.baseAddress, &length)
            guard status == 0, length >= socklen_t(information.count) else { return nil }
            return read(information)
        }
    }

    private static func send(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer, _ flags: CInt) -> Int {
        var count: Int
        repeat {
            #if canImport(Glibc)
            count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #else
            count = Musl.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #endif
        } while count < 0 && errno == EINTR
        return count
    }
    #endif
}
