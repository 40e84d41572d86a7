import FoundationEssentials
import Subprocess
import SystemPackage

/// A program that prints credentials as JSON.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
struct CredentialProcess: Sendable {
    /// Program and arguments as in the profile, run without a shell.
    let command: String

    private static let timeout: Duration = .seconds(60)

    /// Runs the program.
    /// - Throws: ``DynamoDBError`` `credentials`, with the program's standard error.
    func credentials() async throws -> AWSCredentials {
        guard let words = Self.words(of: command), let program = words.first else {
            throw DynamoDBError(.credentials, "credential_process has no program, or a quote that does not end")
        }
        let output = try await output(of: program, Array(words.dropFirst()))
        let document: CredentialDocument
        do { document = try CredentialDocument.read(Data(output.utf8)) } catch {
            throw failure(program, "did not print a JSON document of credentials")
        }
        guard document.version == 1 else {
            throw failure(program, "printed Version \(document.version.map(String.init) ?? "nothing"); must be 1")
        }
        return try document.credentials()
    }

    private func output(of program: String, _ arguments: [String]) async throws -> String {
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        do {
            let result = try await withTimeout(Self.timeout) {
                try await run(
                    executable,
                    arguments: Arguments(arguments),
                    output: .string(limit: 1024 * 1024),
                    error: .string(limit: 64 * 1024)
                )
            }
            guard result.terminationStatus.isSuccess else {
                throw failure(program, "ended with \(result.terminationStatus): \(result.standardError.prefix(500))")
            }
            return result.standardOutput
        } catch let error as DynamoDBError {
            throw error.isTimeout ? failure(program, "did not end within \(Self.timeout)") : error
        } catch let error as SubprocessError {
            throw failure(program, "cannot be run: \(error)")
        }
    }

    private func failure(_ program: String, _ what: String) -> DynamoDBError {
        DynamoDBError(.credentials, "credential_process \(program) \(what)")
    }

    /// Splits a command as a shell does, without expansions.
    /// - Returns: nil if a quote is unterminated.
    static func words(of command: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = command.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case ("\\", nil), ("\\", "\""):
                guard let escaped = characters.next() else { return nil }
                let isKept = quote == nil || escaped == "\"" || escaped == "\\"
                word = (word ?? "") + (isKept ? "\(escaped)" : "\\\(escaped)")
            case (let end, let open?) where end == open:
                quote = nil
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case (let space, nil) where space.isWhitespace:
                if let finished = word { words.append(finished) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        if let finished = word { words.append(finished) }
        return quote == nil ? words : nil
    }
}
