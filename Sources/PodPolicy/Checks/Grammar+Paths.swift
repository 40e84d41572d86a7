/// Paths are looked at byte by byte: Swift takes a slash or a dot with a combining mark behind it for another character, while the
/// node's kernel sees the slash.
extension Grammar {
    /// The steps of a path without those that lead nowhere (`//`, `/./`); nil if one leads up (`..`).
    static func steps(of path: String) -> [String]? {
        let steps = path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        guard !steps.contains(where: { $0.elementsEqual("..".utf8) }) else { return nil }
        return steps.map { String(Substring($0)) }
    }

    /// Where a volume may appear: nowhere that the kernel's own file systems or the container's devices are.
    static func isMountPath(_ text: String) -> Bool {
        guard isAbsolute(text), let steps = steps(of: text), let first = steps.first else { return false }
        return !kernelFolders.contains(first) || steps.starts(with: ["dev", "shm"])
    }

    /// Where a container may start. Within `/proc` it could be a file descriptor that a runtime left open, and lead out of the container
    /// (CVE-2024-21626).
    static func isWorkingDirectory(_ text: String) -> Bool {
        guard isAbsolute(text), let steps = steps(of: text) else { return false }
        return steps.first.map { !kernelFolders.contains($0) } ?? true
    }

    /// A path within a volume.
    static func isSubPath(_ text: String) -> Bool {
        isPlain(text) && text.utf8.first != UInt8(ascii: "/") && steps(of: text) != nil
    }

    private static let kernelFolders: Set<String> = ["proc", "sys", "dev"]

    private static func isAbsolute(_ text: String) -> Bool {
        isPlain(text) && text.utf8.first == UInt8(ascii: "/") && !text.utf8.contains(UInt8(ascii: ":"))
    }

    private static func isPlain(_ text: String) -> Bool {
        isBounded(text, 1...1024) && !hasControlCharacters(text)
    }
}
