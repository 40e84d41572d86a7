import Glibc

/// How many files, connections among them, the process may have open.
enum FileLimit {
    /// Room for what is no connection of a client: database, API server, event loops.
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
