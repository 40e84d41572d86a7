import FoundationEssentials

/// The environment variables and files that determine region, endpoint and credentials.
struct AWSEnvironment: Sendable {
    private let variables: [String: String]
    private let contents: @Sendable (String) throws -> String?

    /// - Parameter contents: returns the text of the file at a path; nil if there is none.
    init(_ variables: [String: String], contents: @escaping @Sendable (String) throws -> String? = Self.contentsOfFile) {
        self.variables = variables
        self.contents = contents
    }

    /// The variable's value; nil if it is unset or empty.
    subscript(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }

    /// Returns the text of an optional file. A leading `~` is the home folder.
    func textIfPresent(at path: String) throws -> String? {
        do { return try contents(expanded(path)) } catch {
            throw DynamoDBError(.configuration, "\(path) cannot be read: \(error)")
        }
    }

    /// Returns the text of a required file.
    /// - Parameter owner: the setting that names the file, for the error.
    func text(at path: String, namedBy owner: String) throws -> String {
        guard let text = try textIfPresent(at: path) else {
            throw DynamoDBError(.configuration, "\(path), which \(owner) names, does not exist")
        }
        return text
    }

    private func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = self["HOME"] else { return path }
        return home + path.dropFirst()
    }

    @Sendable static func contentsOfFile(_ path: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }
}
