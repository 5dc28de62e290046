#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOConcurrencyHelpers

/// Open files that are held for nothing, to be let go of when no others can be had.
///
/// Connections take all that there are. The data file, certificates and logs need some to be opened anew; and libdispatch,
/// which counts its busy threads by files of `/proc` once a second, ends the process where it cannot open one.
final class SpareFiles: Sendable {
    /// For the data file with what belongs to it, and for a few others at the same time.
    static let usualCount = 16

    private let count: Int
    private let open: @Sendable () -> CInt
    private let close: @Sendable (CInt) -> Void
    private let held: NIOLockedValueBox<[CInt]>

    /// - Parameters:
    ///   - open: opens something; below 0 where it cannot.
    ///   - close: closes it again.
    init(
        count: Int = usualCount, open: @escaping @Sendable () -> CInt = SpareFiles.openNothing,
        close: @escaping @Sendable (CInt) -> Void = SpareFiles.closeFile
    ) {
        self.count = count
        self.open = open
        self.close = close
        held = NIOLockedValueBox((0..<count).map { _ in open() }.filter { $0 >= 0 })
    }

    deinit {
        release()
    }

    /// Lets go of them all.
    func release() {
        held.withLockedValue { held in
            held.forEach(close)
            held = []
        }
    }

    /// Takes them again, where one more is left then.
    ///
    /// - Returns: whether they are held.
    func takeBack() -> Bool {
        held.withLockedValue { held in
            guard held.isEmpty else { return true }
            while held.count <= count {
                let file = open()
                guard file >= 0 else { break }
                held.append(file)
            }
            if held.count > count {
                close(held.removeLast())
                return true
            }
            held.forEach(close)
            held = []
            return false
        }
    }

    private static func openNothing() -> CInt {
        #if canImport(Glibc)
        Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        #elseif canImport(Musl)
        Musl.open("/dev/null", O_RDONLY | O_CLOEXEC)
        #else
        Darwin.open("/dev/null", O_RDONLY | O_CLOEXEC)
        #endif
    }

    private static func closeFile(_ file: CInt) {
        #if canImport(Glibc)
        _ = Glibc.close(file)
        #elseif canImport(Musl)
        _ = Musl.close(file)
        #else
        _ = Darwin.close(file)
        #endif
    }
}
