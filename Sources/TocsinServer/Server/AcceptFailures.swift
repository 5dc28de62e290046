#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Tocsin

/// Sits at the head of the listening channel and sees to connections that cannot be taken.
///
/// NIO means to wait for a second, but does not: it had a read pending, which the failure leaves so, and the event loop
/// would try without end.
final class AcceptFailures: ChannelInboundHandler, Sendable {
    typealias InboundIn = any Channel

    /// Until it is tried again.
    private static let pause = TimeAmount.seconds(1)
    /// After which a failure that was not followed by another is past.
    private static let duration = TimeAmount.seconds(3)

    private let last = NIOLockedValueBox<(time: NIODeadline, reason: String)?>(nil)
    private let log: RecurringLog
    private let spareFiles: SpareFiles

    init(log: RecurringLog, spareFiles: SpareFiles = SpareFiles()) {
        self.log = log
        self.spareFiles = spareFiles
    }

    /// Why connections cannot be taken now; `nil` while they can.
    var reason: String? {
        last.withLockedValue { last in
            guard let last, NIODeadline.now() - last.time < Self.duration else { return nil }
            return last.reason
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        last.withLockedValue { $0 = nil }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError {
            let reason = Self.reason(error)
            tell(reason)
            if [EMFILE, ENFILE].contains(error.errnoCode) { spareFiles.release() }
            // The channel may be closed by then.
            try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            resume(context.channel, after: reason)
        }
        context.fireErrorCaught(error)
    }

    private func tell(_ reason: String) {
        last.withLockedValue { $0 = (.now(), reason) }
        log.log(.error, "no connection can be accepted: \(reason)")
    }

    private func resume(_ channel: any Channel, after reason: String) {
        channel.eventLoop.scheduleTask(in: Self.pause) { [self] in
            guard channel.isActive else { return }
            guard spareFiles.takeBack() else {
                tell(reason)
                return resume(channel, after: reason)
            }
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    private static func reason(_ error: IOError) -> String {
        switch error.errnoCode {
        case EMFILE:
            "too many files are open; raise the limit with 'ulimit -n', or LimitNOFILE in a systemd unit"
        case ENFILE:
            "the system has too many files open; end other programs, or raise fs.file-max"
        default:
            "\(error)"
        }
    }
}
