import FoundationEssentials
import Glibc

/// Keeps a second process from opening the same store: an advisory lock (flock(2)) on a file beside it, which the kernel drops
/// when the process ends, however it ends.
struct FileLock: ~Copyable, Sendable {
    private let descriptor: CInt

    init(path: String) throws {
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            let folder = String(path[..<slash])
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw SQLiteStoreError(message: "the folder of \(path) cannot be made: \(error)")
            }
        }
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw SQLiteStoreError(message: "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw SQLiteStoreError(
                message: "another process holds \(path): an SQLite store serves one process; for several replicas set STACK_STORE=dynamodb"
            )
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }
}
