#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// How many files the process may have open; every connection is one.
enum OpenFileLimit {
    /// Raises the soft limit to the hard one, which every process may.
    ///
    /// - Returns: the limit that holds now.
    static func raise() -> Int {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        #if canImport(Darwin)
        limit.rlim_cur = min(limit.rlim_cur, rlim_t(OPEN_MAX))
        #endif
        if limit.rlim_cur > soft, setrlimit(resource, &limit) != 0 { limit.rlim_cur = soft }
        // Where there is no limit memory ends it, at some point.
        return Int(min(limit.rlim_cur, 1_000_000_000))
    }
}
