import Foundation

/// What processes have used, as Linux tells in `/proc`.
package struct ProcessFigures: Hashable, Sendable {
    /// Processor time, in seconds.
    package var cpu = 0.0
    /// Resident memory, in bytes.
    package var memory = 0

    /// - Parameter process: its id; its children count too.
    /// - Returns: `nil` where there is no such process, or no `/proc`.
    package init?(of process: Int32) {
        guard let own = Self.read("/proc/\(process)/stat"), let memory = Self.memory(of: process) else { return nil }
        cpu = Self.cpu(stat: own)
        self.memory = memory
        for child in Self.children(of: process) {
            guard let figures = ProcessFigures(of: child) else { continue }
            cpu += figures.cpu
            self.memory += figures.memory
        }
    }

    private static func children(of process: Int32) -> [Int32] {
        let text = read("/proc/\(process)/task/\(process)/children") ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// Fields 14 and 15, counted behind the name, which may have spaces and brackets in it.
    static func cpu(stat: String) -> Double {
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func memory(of process: Int32) -> Int? {
        let lines = read("/proc/\(process)/status")?.split(separator: "\n") ?? []
        // A zombie has none.
        guard let line = lines.first(where: { $0.hasPrefix("VmRSS:") }) else { return nil }
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first.map { $0 * 1024 }
    }

    private static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
