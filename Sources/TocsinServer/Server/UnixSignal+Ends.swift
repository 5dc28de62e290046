#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import UnixSignals

extension UnixSignal {
    /// The signals that end a server in good order.
    ///
    /// SIGHUP is what a closed terminal sends; where whoever started the server has it ignored, as `nohup` does, it is.
    static var ends: [UnixSignal] {
        let former = signal(SIGHUP, SIG_IGN)
        let isIgnored = unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        if !isIgnored { signal(SIGHUP, former) }
        return isIgnored ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup]
    }
}
