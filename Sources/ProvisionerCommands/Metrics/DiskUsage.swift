import Glibc

/// The size of the embedded database, and of the file system that holds it.
struct DiskUsage {
    /// The database with its write-ahead log; nil if there is none.
    var databaseBytes: Double?
    var diskBytes: Double?
    /// What a process without root's rights may still write.
    var freeBytes: Double?

    /// Reads the sizes; one that cannot be read is nil.
    init(ofDatabase path: String) {
        databaseBytes = Self.size(of: path).map { $0 + (Self.size(of: path + "-wal") ?? 0) }
        var disk = statvfs()
        guard statvfs(path, &disk) == 0 else { return }
        let block = Double(disk.f_frsize)
        diskBytes = Double(disk.f_blocks) * block
        freeBytes = Double(disk.f_bavail) * block
    }

    private static func size(of path: String) -> Double? {
        var file = stat()
        return stat(path, &file) == 0 ? Double(file.st_size) : nil
    }
}
