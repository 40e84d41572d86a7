import Glibc

/// The limit of open files, including connections, of the process.
enum FileLimit {
    /// Files other than client connections: database, API server, event loops.
    static let others = 256

    /// Raises the soft limit, which is often 1024 for programs that use `select`, to the hard limit.
    /// - Returns: the new limit.
    static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before)
    }
}
