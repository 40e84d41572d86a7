import Glibc

/// The limit of open files, including connections, of the process.
enum FileLimit {
    /// Files other than client connections: database, API server, event loops.
    static let others = 256

    /// As many connections as leave descriptors for everything else.
    static func connections(atMost maximum: Int) -> Int { max(1, min(maximum, raise() - others)) }

    /// Raises the soft limit to the hard one: it is often 1024, for the sake of programs that use `select`.
    /// - Returns: the limit that holds now.
    static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before)
    }
}
