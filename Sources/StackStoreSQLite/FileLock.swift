import FoundationEssentials
import Glibc

/// Prevents a second process from opening the same store, by an advisory lock that the kernel releases when the process ends.
///
/// There are two locks. The one on the database file holds even if the file is opened through a link or `.lock` was deleted. The one on the
/// file `.lock` beside it is for earlier versions, which check nothing else.
struct FileLock: ~Copyable, Sendable {
    private let descriptor: CInt

    /// Locks a dedicated lock file; creates the file and its folder if they are missing.
    init(file path: String) throws {
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            let folder = String(path[..<slash])
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw SQLiteStoreError(message: "the folder of \(path) cannot be made: \(error)")
            }
        }
        try self.init(path, permissions: 0o600) { flock($0, LOCK_EX | LOCK_NB) }
    }

    /// Locks one byte of the database file, beyond any offset that SQLite locks. The lock belongs to the open file, not to the process, so
    /// a second store in this process is refused as well.
    init(database path: String) throws {
        // The flags of all stacks are in it.
        try self.init(path, permissions: 0o600) { descriptor in
            var range = Self.lockedByte
            return fcntl(descriptor, Self.setLockOfOpenFile, &range)
        }
    }

    /// Returns true if an open store holds the database file; takes no lock. Not for a process that has the file open in SQLite, whose own
    /// locks end when any descriptor of the file is closed.
    /// - Returns: nil if the file cannot be opened for writing; `errno` has the reason.
    static func isHeld(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var range = lockedByte
        return fcntl(descriptor, getLockOfOpenFile, &range) == 0 && range.l_type != CShort(F_UNLCK)
    }

    private static var lockedByte: Glibc.flock {
        var range = Glibc.flock()
        range.l_type = CShort(F_WRLCK)
        range.l_whence = CShort(SEEK_SET)
        range.l_start = 1 << 62
        range.l_len = 1
        return range
    }

    /// The values of F_OFD_SETLK and F_OFD_GETLK, which Glibc defines only with _GNU_SOURCE.
    private static let setLockOfOpenFile: CInt = 37
    private static let getLockOfOpenFile: CInt = 36

    private init(_ path: String, permissions: mode_t, _ lock: (CInt) -> CInt) throws {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, permissions)
        guard opened >= 0 else {
            throw SQLiteStoreError(message: "\(path) cannot be opened as the store: \(String(cString: strerror(errno)))")
        }
        var outcome = lock(opened)
        while outcome != 0, errno == EINTR { outcome = lock(opened) }
        guard outcome == 0 else {
            let reason = Self.reason(errno, path: path)
            close(opened)
            throw SQLiteStoreError(message: reason)
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Returns the reason for a failed lock. Only some error codes mean that another process holds it.
    static func reason(_ code: CInt, path: String) -> String {
        switch code {
        case EWOULDBLOCK, EACCES:
            "another process holds \(path): an SQLite store serves one process; for several replicas set STACK_STORE=dynamodb"
        case ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL:
            "\(path) cannot be locked (\(String(cString: strerror(code)))): its file system keeps no locks; put STACK_SQLITE_PATH on a local disk"
        default:
            "\(path) cannot be locked: \(String(cString: strerror(code)))"
        }
    }
}
