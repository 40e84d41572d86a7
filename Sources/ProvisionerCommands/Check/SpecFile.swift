import PodPolicy
import SystemPackage

/// Reads a Pod spec up to its maximum size, since the file may be an endless device.
enum SpecFile {
    struct NotText: Error, CustomStringConvertible {
        var description: String { "it is not UTF-8 text" }
    }

    /// - Parameter path: a path, or `-` for standard input.
    /// - Throws: `Errno`, or ``NotText``.
    static func read(_ path: String) throws -> String {
        guard path != "-" else { return try text(of: .standardInput) }
        let descriptor = try FileDescriptor.open(FilePath(path), .readOnly)
        return try descriptor.closeAfter { try text(of: descriptor) }
    }

    /// Reads at most one byte more than allowed, enough for the policy to reject the size.
    private static func text(of descriptor: FileDescriptor) throws -> String {
        var bytes: [UInt8] = []
        while bytes.count <= PodPolicy.maximumSize {
            let chunk = try [UInt8](unsafeUninitializedCapacity: PodPolicy.maximumSize + 1 - bytes.count) { buffer, count in
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard !chunk.isEmpty else { break }
            bytes += chunk
        }
        // The cut may split a character.
        if bytes.count > PodPolicy.maximumSize { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NotText() }
        return text
    }
}
