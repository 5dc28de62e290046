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
    private let opening: @Sendable () -> CInt
    private let closing: @Sendable (CInt) -> Void
    private let held: NIOLockedValueBox<[CInt]>

    /// - Parameters:
    ///   - opening: opens something; below 0 where it cannot.
    ///   - closing: closes it again.
    init(
        count: Int = usualCount,
        opening: @escaping @Sendable () -> CInt = { open("/dev/null", O_RDONLY | O_CLOEXEC) },
        closing: @escaping @Sendable (CInt) -> Void = { close($0) }
    ) {
        self.count = count
        self.opening = opening
        self.closing = closing
        held = NIOLockedValueBox(Self.opened(count, opening))
    }

    deinit {
        release()
    }

    /// Lets go of them all.
    func release() {
        held.withLockedValue(letGo)
    }

    /// Takes them again, where one more is left then.
    ///
    /// - Returns: whether they are held.
    func takeBack() -> Bool {
        held.withLockedValue { held in
            guard held.isEmpty else { return true }
            held = Self.opened(count + 1, opening)
            guard held.count > count else {
                letGo(of: &held)
                return false
            }
            closing(held.removeLast())
            return true
        }
    }

    private func letGo(of held: inout [CInt]) {
        held.forEach(closing)
        held = []
    }

    private static func opened(_ count: Int, _ opening: () -> CInt) -> [CInt] {
        (0..<count).map { _ in opening() }.filter { $0 >= 0 }
    }
}
