import Glibc

/// The state of a database file, found without opening it as a store: nothing is created and no lock is taken.
package enum SQLiteFileState: Sendable, Equatable {
    /// A store, or an empty file, that no process holds.
    case free
    /// A process holds the file, as a running service does.
    case held
    /// There is no file, but one can be created in this folder.
    case absent(folder: String)
    /// The file cannot be used; the value is the reason.
    case unusable(String)

    package init(path: String) {
        if access(path, F_OK) != 0 {
            self = Self.ofMissing(path)
            return
        }
        guard let isHeld = FileLock.isHeld(path) else {
            self = .unusable("\(path) cannot be opened for writing: \(String(cString: strerror(errno)))")
            return
        }
        self = isHeld ? .held : .free
    }

    private static func ofMissing(_ path: String) -> SQLiteFileState {
        var folder = Self.folder(of: path)
        // The store creates missing folders, so the nearest one that exists counts.
        while access(folder, F_OK) != 0, folder != "/", folder != "." { folder = Self.folder(of: folder) }
        guard access(folder, W_OK | X_OK) == 0 else {
            return .unusable("\(path) cannot be created: folder \(folder): \(String(cString: strerror(errno)))")
        }
        return .absent(folder: folder)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
