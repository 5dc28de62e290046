import Foundation

/// On what is measured.
enum Machine {
    /// Its cores, processor, memory and system, in one sentence.
    static var description: String {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let memory = Double(ProcessInfo.processInfo.physicalMemory) / 1_073_741_824
        return "Measured on \(cores) cores\(processor.map { " (\($0))" } ?? ""), \(Int(memory.rounded())) GiB, "
            + "\(kernel), with the load generator on the same machine."
    }

    private static var processor: String? {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static var kernel: String {
        let release = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
        return release.map { "Linux \($0.trimmingCharacters(in: .whitespacesAndNewlines))" }
            ?? ProcessInfo.processInfo.operatingSystemVersionString
    }
}
