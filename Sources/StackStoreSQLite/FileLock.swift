import FoundationEssentials
import Glibc

/// Keeps a second process from opening the same store: an advisory lock that the kernel drops when the process ends, however it ends.
///
/// Two of them are held. One is on the database file itself, so that neither a link to it nor a tidy-up of the folder lets anybody in;
/// the other on the file `.lock` beside it, which is all that earlier versions look at.
struct FileLock: ~Copyable, Sendable {
    private let descriptor: CInt

    /// Locks a file that serves nothing else, and makes it and its folder if there are none.
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

    /// Locks the database file, in a way that the locks of SQLite do not meet: one byte, far behind every byte that a database can have.
    /// The lock belongs to the open file and not to the process, so a second store in this process does not get it either.
    init(database path: String) throws {
        // The flags of all stacks are in it.
        try self.init(path, permissions: 0o600) { descriptor in
            var range = Glibc.flock()
            range.l_type = CShort(F_WRLCK)
            range.l_whence = CShort(SEEK_SET)
            range.l_start = 1 << 62
            range.l_len = 1
            return fcntl(descriptor, Self.setLockOfOpenFile, &range)
        }
    }

    /// F_OFD_SETLK, which Glibc's headers show to GNU sources alone.
    private static let setLockOfOpenFile: CInt = 37

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

    /// Why there is no lock. Only some of the errors say that somebody else has it.
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
