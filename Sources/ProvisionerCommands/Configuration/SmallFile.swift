import Foundation

/// Reads configuration files of bounded size.
enum SmallFile {
    /// The maximum size, in bytes: a chain of certificates has some 10 KiB.
    static let maximumSize = 1 << 20

    /// The failure to read a file, as a sentence for the operator.
    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    /// - Throws: ``Unreadable``.
    static func read(_ path: String) throws -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Unreadable(description: "\(path): no such file")
        }
        guard !isFolder.boolValue else { throw Unreadable(description: "\(path): is a folder") }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Unreadable(description: "\(path): cannot be opened") }
        let data: Data
        do {
            defer { handle.closeFile() }
            data = try handle.read(upToCount: maximumSize + 1) ?? Data()
        } catch {
            throw Unreadable(description: "\(path): cannot be read: \(error)")
        }
        guard data.count <= maximumSize else { throw Unreadable(description: "\(path): is larger than \(maximumSize) bytes") }
        return Array(data)
    }
}
