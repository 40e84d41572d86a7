import FoundationEssentials
import Subprocess
import SystemPackage

/// A program that hands out credentials, such as `aws eks get-token`.
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
struct ExecPlugin: Sendable, Equatable {
    var apiVersion: String
    var command: String
    var arguments: [String]
    var environment: [String: String]
    var installHint: String?
    var timeout: Duration = .seconds(60)

    private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    init(_ exec: Kubeconfig.Exec, directory: String) throws {
        guard !exec.command.isEmpty else { throw KubernetesError(.configuration, "exec has no command") }
        if let problem = Self.problem(of: exec) { throw KubernetesError(.configuration, "exec plugin \(exec.command): \(problem)") }
        apiVersion = exec.apiVersion
        // A relative path with a slash belongs to the file's folder; a bare name is looked up in PATH.
        let isRelativePath = exec.command.contains("/") && !exec.command.hasPrefix("/")
        command = isRelativePath ? directory + "/" + exec.command : exec.command
        arguments = exec.args ?? []
        environment = Dictionary((exec.env ?? []).map { ($0.name, $0.value) }) { _, last in last }
        installHint = exec.installHint.nonEmpty
    }

    private static func problem(of exec: Kubeconfig.Exec) -> String? {
        if !versions.contains(exec.apiVersion) {
            return "apiVersion \(exec.apiVersion) is not supported; known: \(versions.joined(separator: ", "))"
        }
        if exec.interactiveMode == "Always" { return "interactiveMode Always is not supported: nobody is there to answer" }
        if exec.provideClusterInfo == true { return "provideClusterInfo is not supported" }
        return nil
    }

    /// What the plugin handed out.
    struct Credential: Sendable {
        var token: String
        /// nil when it never expires.
        var expiration: Date?
    }

    /// Runs the plugin.
    /// - Throws: ``KubernetesError`` `credentials`, with what the plugin wrote to its standard error; `CancellationError`.
    func credential() async throws -> Credential {
        let result: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>
        do { result = try await withTimeout(timeout) { try await self.execute() } } catch let error as KubernetesError {
            throw failure("did not answer: \(error.message)")
        } catch {
            try Task.checkCancellation()
            throw failure("cannot be run: \(error)" + (installHint.map { "; " + $0 } ?? ""))
        }
        try Task.checkCancellation()
        guard result.terminationStatus.isSuccess else {
            let words = result.standardError.prefix(2000).split(whereSeparator: \.isNewline).joined(separator: " ")
            throw failure("ended with \(result.terminationStatus): \(words)")
        }
        return try parse(result.standardOutput)
    }

    private func execute() async throws -> ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>> {
        let info = #"{"apiVersion":"\#(apiVersion)","kind":"ExecCredential","spec":{"interactive":false}}"#
        var changes: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info]
        for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        // The plugin may have started others, which would hold its output open after its end.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        return try await run(
            command.contains("/") ? .path(FilePath(command)) : .name(command),
            arguments: Arguments(arguments),
            environment: Environment.inherit.updating(changes),
            platformOptions: options,
            output: .string(limit: 1024 * 1024),
            error: .string(limit: 64 * 1024)
        )
    }

    func failure(_ what: String) -> KubernetesError {
        KubernetesError(.credentials, "exec plugin \(command) \(what)")
    }
}
