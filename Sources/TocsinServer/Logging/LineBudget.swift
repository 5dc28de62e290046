/// How many lines of one kind a log takes in a second, so that nobody fills the disk with them. No clock.
struct LineBudget {
    private static let linesASecond = 10

    private var second: UInt64 = 0
    private var lines = 0
    private var omitted = 0

    /// A line is to be written.
    ///
    /// - Parameter uptime: nanoseconds.
    /// - Returns: how many were left out before it; `nil` where it is to be left out too.
    mutating func take(at uptime: UInt64) -> Int? {
        let now = uptime / 1_000_000_000
        if now != second {
            second = now
            lines = 0
        }
        guard lines < Self.linesASecond else {
            omitted += 1
            return nil
        }
        lines += 1
        defer { omitted = 0 }
        return omitted
    }
}
