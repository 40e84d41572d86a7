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

    private static let timeout: Duration = .seconds(60)
    private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    init(_ exec: Kubeconfig.Exec, directory: String) throws {
        guard Self.versions.contains(exec.apiVersion) else {
            throw KubernetesError(
                .configuration,
                "exec plugin \(exec.command): apiVersion \(exec.apiVersion) is not supported; known: \(Self.versions.joined(separator: ", "))"
            )
        }
        apiVersion = exec.apiVersion
        // A relative path with a slash belongs to the file's folder; a bare name is looked up in PATH.
        let isRelativePath = exec.command.contains("/") && !exec.command.hasPrefix("/")
        command = isRelativePath ? directory + "/" + exec.command : exec.command
        arguments = exec.args ?? []
        environment = Dictionary((exec.env ?? []).map { ($0.name, $0.value) }) { _, last in last }
        installHint = exec.installHint
    }

    /// What the plugin handed out.
    struct Credential: Sendable {
        var token: String
        /// nil when it never expires.
        var expiration: Date?
    }

    /// Runs the plugin.
    /// - Throws: ``KubernetesError`` `credentials`, with what the plugin wrote to its standard error.
    func credential() async throws -> Credential {
        let info = #"{"apiVersion":"\#(apiVersion)","kind":"ExecCredential","spec":{"interactive":false}}"#
        var changes: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info]
        for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
        let executable: Executable = command.contains("/") ? .path(FilePath(command)) : .name(command)
        let environment = Environment.inherit.updating(changes)
        let output: String
        do {
            let result = try await withTimeout(Self.timeout) {
                try await run(
                    executable,
                    arguments: Arguments(self.arguments),
                    environment: environment,
                    output: .string(limit: 1024 * 1024),
                    error: .string(limit: 64 * 1024)
                )
            }
            guard result.terminationStatus.isSuccess else {
                throw failure("ended with \(result.terminationStatus): \(result.standardError)")
            }
            output = result.standardOutput
        } catch let error as KubernetesError {
            throw error
        } catch {
            throw failure("cannot be run: \(error)" + (installHint.map { "; " + $0 } ?? ""))
        }
        return try parse(output)
    }

    func parse(_ output: String) throws -> Credential {
        struct Answer: Decodable {
            struct Status: Decodable {
                var token: String?
                var expirationTimestamp: Date?
            }
            var apiVersion: String
            var kind: String
            var status: Status?
        }
        let answer: Answer
        do { answer = try JSONDecoder.kubernetes.decode(Answer.self, from: Data(output.utf8)) } catch {
            throw failure("did not print an ExecCredential")
        }
        guard answer.kind == "ExecCredential", answer.apiVersion == apiVersion else {
            throw failure("printed a \(answer.kind) of \(answer.apiVersion), not an ExecCredential of \(apiVersion)")
        }
        guard let token = answer.status?.token, !token.isEmpty else { throw failure("printed no token; client certificates are not supported") }
        return Credential(token: token, expiration: answer.status?.expirationTimestamp)
    }

    private func failure(_ what: String) -> KubernetesError {
        KubernetesError(.credentials, "exec plugin \(command) \(what)")
    }
}
