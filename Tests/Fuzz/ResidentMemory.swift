#if os(Linux)
import Foundation
#endif

/// How much memory the process has, where the system tells.
enum ResidentMemory {
    static var kilobytes: Int? {
        #if os(Linux)
        guard let status = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return status.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4 }
        #else
        return nil
        #endif
    }
}
