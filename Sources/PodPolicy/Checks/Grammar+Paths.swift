/// Grammars of paths. Paths are compared byte by byte: Swift treats a slash or dot with a combining mark as another character, while the
/// node's kernel sees the slash.
extension Grammar {
    /// Returns the steps of a path without `//` and `/./`; nil if the path contains `..`.
    static func steps(of path: String) -> [String]? {
        let steps = path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        guard !steps.contains(where: { $0.elementsEqual("..".utf8) }) else { return nil }
        return steps.map { String(Substring($0)) }
    }

    /// Accepts mount paths outside the kernel's file systems and the container's devices.
    static func isMountPath(_ text: String) -> Bool {
        guard isAbsolute(text), let steps = steps(of: text), let first = steps.first else { return false }
        return !kernelFolders.contains(first) || steps.starts(with: ["dev", "shm"])
    }

    /// Accepts working directories outside `/proc`, where a file descriptor left open by a runtime could lead out of the container
    /// (CVE-2024-21626).
    static func isWorkingDirectory(_ text: String) -> Bool {
        guard isAbsolute(text), let steps = steps(of: text) else { return false }
        return steps.first.map { !kernelFolders.contains($0) } ?? true
    }

    /// Accepts a path within a volume.
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
