import FoundationEssentials
import Subprocess
import SystemPackage

/// A credential plugin, such as `aws eks get-token`.
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
struct ExecPlugin: Sendable, Equatable {
    var apiVersion: String
    var command: String
    var arguments: [String]
    var environment: [String: String]
    var installHint: String?
    /// The cluster information; nil unless the plugin has `provideClusterInfo`.
    var cluster: ClusterInfo?
    var timeout: Duration = .seconds(60)

    private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    /// - Parameter cluster: the information for a plugin with `provideClusterInfo`.
    /// - Throws: ``KubernetesError`` `configuration`.
    init(_ exec: Kubeconfig.Exec, directory: String, cluster: ClusterInfo? = nil) throws {
        guard let command = exec.command.nonEmpty else { throw KubernetesError(.configuration, "exec has no command") }
        if let problem = Self.problem(of: exec) { throw KubernetesError(.configuration, "exec plugin \(command): \(problem)") }
        apiVersion = exec.apiVersion ?? ""
        // A relative path with a slash is relative to the file's folder; a bare name is looked up in PATH.
        let isRelativePath = command.contains("/") && !command.hasPrefix("/")
        self.command = isRelativePath ? directory + "/" + command : command
        arguments = exec.args ?? []
        environment = Dictionary((exec.env ?? []).map { ($0.name ?? "", $0.value ?? "") }) { _, last in last }
        installHint = exec.installHint.nonEmpty
        self.cluster = exec.provideClusterInfo == true ? cluster : nil
    }

    private static func problem(of exec: Kubeconfig.Exec) -> String? {
        guard let apiVersion = exec.apiVersion.nonEmpty else { return "apiVersion is missing" }
        if !versions.contains(apiVersion) {
            return "apiVersion \(apiVersion) is not supported; known: \(versions.joined(separator: ", "))"
        }
        if exec.interactiveMode == "Always" { return "interactiveMode Always is not supported: nobody is there to answer" }
        for variable in exec.env ?? [] where variable.name.nonEmpty == nil || variable.name?.contains("=") == true {
            return "env has a variable without a name, or with = in its name"
        }
        // Arguments and environment variables cannot contain NUL.
        let texts = [exec.command ?? ""] + (exec.args ?? []) + (exec.env ?? []).flatMap { [$0.name ?? "", $0.value ?? ""] }
        if texts.contains(where: { $0.utf8.contains(0) }) { return "command, args and env must not hold a NUL character" }
        return nil
    }

    /// Runs the plugin.
    /// - Throws: ``KubernetesError`` `credentials`, with the plugin's standard error; `CancellationError`.
    func credential() async throws -> Credential {
        let result: ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>>
        let info = try self.info()
        do { result = try await withTimeout(timeout) { try await self.execute(info) } } catch let error as KubernetesError {
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

    private func execute(_ info: String) async throws -> ExecutionResult<Void, StringOutput<UTF8>, StringOutput<UTF8>> {
        var changes: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info]
        for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        // With a session of its own the plugin's child processes, which may keep its output open, end with it.
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
