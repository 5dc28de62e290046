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
        /// Where `tcpi_bytes_acked` is in the kernel's `struct tcp_info` (Linux 4.2 and later).
        let offset = 120
        return withUnsafeTemporaryAllocation(byteCount: offset + 8, alignment: 8) { information in
            var length = socklen_t(information.count)
            let status = getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, information.baseAddress, &length)
            guard status == 0, length >= socklen_t(information.count) else { return nil }
            return information.load(fromByteOffset: offset, as: UInt64.self)
        }
        #else
        return nil
        #endif
    }

    #if os(Linux)
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
