import PodPolicy
import SystemPackage

/// Reads the text of a Pod spec, and no more of it than can matter: the file may be a device that never ends.
enum SpecFile {
    struct NotText: Error, CustomStringConvertible {
        var description: String { "it is not UTF-8 text" }
    }

    /// - Parameter path: a file's, or `-` for standard input.
    /// - Throws: `Errno`, or ``NotText``.
    static func read(_ path: String) throws -> String {
        guard path != "-" else { return try text(of: .standardInput) }
        let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
        return try descriptor.closeAfter { try text(of: descriptor) }
    }

    /// At most one byte more than is allowed, which is enough for the policy to see that it is too much.
    private static func text(of descriptor: FileDescriptor) throws -> String {
        var bytes: [UInt8] = []
        while bytes.count <= PodPolicy.maximumSize {
            let chunk = try [UInt8](unsafeUninitializedCapacity: PodPolicy.maximumSize + 1 - bytes.count) { buffer, count in
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard !chunk.isEmpty else { break }
            bytes += chunk
        }
        // What is cut off may be in the midst of a character.
        if bytes.count > PodPolicy.maximumSize { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NotText() }
        return text
    }
}
