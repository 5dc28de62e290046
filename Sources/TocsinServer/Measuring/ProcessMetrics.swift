import Metrics
import Synchronization
import Tocsin

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the process takes of the machine, under the names that Prometheus's own clients give it.
final class ProcessMetrics: Sendable {
    private let factory: any MetricsFactory
    private let cpuSeconds: FloatingPointCounter
    private let counted = Mutex(0.0)

    /// To be made when the process starts.
    init(_ factory: any MetricsFactory) {
        self.factory = factory
        cpuSeconds = FloatingPointCounter(label: "process_cpu_seconds_total", factory: factory)
        Gauge(label: "process_start_time_seconds", factory: factory).record(Double(Timestamp.now().milliseconds) / 1000)
    }

    /// Brings them up to now; what the system does not tell is left out.
    func measure() {
        let new = counted.withLock { counted in
            let cpu = Self.cpu()
            defer { counted = cpu }
            return cpu - counted
        }
        cpuSeconds.increment(by: new)
        set("process_resident_memory_bytes", Self.residentMemory())
        set("process_open_fds", Self.openFiles())
        set("process_max_fds", Self.maximumFiles())
    }

    private func set(_ label: String, _ value: Int?) {
        guard let value else { return }
        Gauge(label: label, factory: factory).record(value)
    }

    /// Seconds, of the process and the system for it.
    private static func cpu() -> Double {
        var usage = rusage()
        #if canImport(Glibc)
        let who = __rusage_who_t(RUSAGE_SELF.rawValue)
        #else
        let who = RUSAGE_SELF
        #endif
        guard getrusage(who, &usage) == 0 else { return 0 }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func maximumFiles() -> Int? {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// Pages in memory are the second number of `/proc/self/statm`.
    private static func residentMemory() -> Int? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, CInt(line.count), file) != nil else { return nil }
        let numbers = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            .split(separator: " ")
        guard numbers.count > 1, let pages = Int(numbers[1]) else { return nil }
        return pages * Int(sysconf(CInt(_SC_PAGESIZE)))
    }

    private static func openFiles() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Neither `.` and `..`, nor the folder itself.
        return max(0, count - 3)
    }
}
