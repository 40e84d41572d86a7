import Foundation
import TestBasics
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct ExecPluginTests {
    private func error(_ plugin: ExecPlugin) async throws -> KubernetesError? {
        try await kubernetesError { _ = try await plugin.credential() }
    }

    @Test func `hands out what the program prints`() async throws {
        try await withTemporaryFolder { folder in
            let credential = try await plugin(in: folder, print(token: "t", expiry: "2026-01-02T03:04:05Z")).credential()
            #expect(credential.token == "t")
            #expect(credential.expiration == Date(timeIntervalSince1970: 1_767_323_045))
        }
    }

    @Test func `the program gets its arguments, its variables, and the version that is asked for`() async throws {
        try await withTemporaryFolder { folder in
            let script = "printf '%s|' \"$@\" \"$EXTRA\" \"$KUBERNETES_EXEC_INFO\" \"${HOME:+home}\" > seen\n" + print(token: "t")
            _ = try await plugin(in: folder, script, arguments: ["a b", "c"], environment: ["EXTRA": "e"]).credential()
            let info = #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}"#
            #expect(try String(contentsOfFile: folder + "/seen", encoding: .utf8) == "a b|c|e|\(info)|home|")
        }
    }

    @Test func `hands out a client certificate, which ends when it says so itself`() async throws {
        try await withTemporaryFolder { folder in
            let credential = try await plugin(in: folder, print(certificate: TestPEM.certificate, key: TestPEM.key)).credential()
            #expect(credential.token == nil)
            #expect(try credential.certificate?.certificate.certificates().count == 1)
            #expect(credential.expiration == Date(timeIntervalSince1970: 4_733_510_400))
            let mismatched = try plugin(in: folder, print(certificate: TestPEM.certificate, key: TestPEM.otherKey))
            let message = try await error(mismatched)?.message
            let expected =
                "printed a client certificate that cannot be used: clientCertificateData and clientKeyData do not belong together"
            #expect(message?.contains(expected) == true)
        }
    }

    @Test(arguments: [true, false])
    func `a program that asks for it is told of the cluster`(asks: Bool) async throws {
        try await withTemporaryFolder { folder in
            try write(
                "#!/bin/sh\nprintf %s \"$KUBERNETES_EXEC_INFO\" > \(folder)/seen\n" + print(token: "t"),
                to: folder + "/p",
                executable: true
            )
            try write("the CA", to: folder + "/ca.crt")
            let kubeconfig = """
                current-context: x
                contexts: [{name: x, context: {cluster: c, user: u}}]
                clusters:
                - name: c
                  cluster:
                    server: https://api.example:6443/path
                    tls-server-name: kube.internal
                    insecure-skip-tls-verify: true
                    proxy-url: ""
                    certificate-authority: ca.crt
                    extensions:
                    - {name: other, extension: no}
                    - name: client.authentication.k8s.io/exec
                      extension: {audience: "a\\"b", on: true, count: 5, ratio: 0.5, none: null, list: [x, "5"], time: 9223372036854775807:59}
                users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./p, provideClusterInfo: \(asks)}}}]
                """
            let configuration = try KubernetesConfiguration.kubeconfig(text: kubeconfig, directory: folder, context: nil)
            guard case .exec(let plugin) = configuration.credentials else {
                Issue.record("no plugin")
                return
            }
            _ = try await plugin.credential()
            let cluster = """
                "cluster":{"certificate-authority-data":"dGhlIENB","config":{"audience":"a\\"b","count":5,\
                "list":["x","5"],"none":null,"on":true,"ratio":0.5,"time":"9223372036854775807:59"},"insecure-skip-tls-verify":true,\
                "server":"https://api.example:6443/path","tls-server-name":"kube.internal"},
                """
            let expected = """
                {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",\
                "spec":{\(asks ? cluster : "")"interactive":false}}
                """
            #expect(try String(contentsOfFile: folder + "/seen", encoding: .utf8) == expected)
        }
    }

    @Test func `a program is not run while the authority it is to be told of cannot be read`() async throws {
        try await withTemporaryFolder { folder in
            var told = try plugin(in: folder, "touch ran\n" + print(token: "t"))
            told.cluster = ExecPlugin.ClusterInfo(server: "https://a", certificateAuthority: .file(folder + "/gone"))
            let found = try await error(told)
            #expect(found?.kind == .credentials)
            #expect(found?.message.contains("cannot be told of the cluster: \(folder)/gone cannot be read") == true)
            #expect(!FileManager.default.fileExists(atPath: folder + "/ran"))
        }
    }

    @Test func `a program that fails is quoted`() async throws {
        try await withTemporaryFolder { folder in
            let error = try await error(plugin(in: folder, "echo token-on-stdout; echo 'no session' >&2; echo 'log in' >&2; exit 7"))
            #expect(error?.kind == .credentials)
            #expect(error?.message.hasSuffix(": no session log in") == true)
            #expect(error?.message.contains("exec plugin \(folder)/./plugin ended with") == true)
            #expect(error?.message.contains("token-on-stdout") == false)
        }
    }

    @Test func `a program that does not exist is named, with the hint how to install it`() async throws {
        try await withTemporaryFolder { folder in
            var missing = try plugin(in: folder, "")
            missing.command = folder + "/nowhere"
            let found = try await error(missing)
            #expect(found?.kind == .credentials)
            #expect(found?.message.hasPrefix("exec plugin \(folder)/nowhere cannot be run") == true)
            #expect(found?.message.hasSuffix("; apt install plugin") == true)
        }
    }

    @Test(arguments: [
        ("", "did not print an ExecCredential"),
        ("t0k3n", "did not print an ExecCredential"),
        (#"{"token":"t0k3n"}"#, "did not print an ExecCredential"),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t0k3n"}}"#,
            "printed a ExecCredential of client.authentication.k8s.io/v1beta1, not an ExecCredential of client.authentication.k8s.io/v1"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"Secret","status":{"token":"t0k3n"}}"#,
            "printed a Secret of client.authentication.k8s.io/v1, not an ExecCredential of client.authentication.k8s.io/v1"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"}"#,
            "printed neither a token nor a client certificate"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientKeyData":"t0k3n"}}"#,
            "printed clientKeyData without clientCertificateData"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientCertificateData":"t0k3n"}}"#,
            "printed clientCertificateData without clientKeyData"
        ),
        (
            """
            {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientCertificateData":"t0k3n",\
            "clientKeyData":"t0k3n"}}
            """,
            "printed a client certificate that cannot be used: clientCertificateData is not a certificate in PEM"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t0k3n t0k3n"}}"#,
            "printed a token that is empty or holds characters that no bearer token has"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"soon"}}"#,
            "printed the expirationTimestamp \"soon\", which is not an RFC 3339 time"
        ),
    ])
    func `an answer that is none is described and not shown`(output: String, problem: String) async throws {
        try await withTemporaryFolder { folder in
            let plugin = try plugin(in: folder, "cat <<'END'\n\(output)\nEND\n")
            let error = try await error(plugin)
            #expect(error == KubernetesError(.credentials, "exec plugin \(folder)/./plugin \(problem)"))
            #expect(error?.message.contains("t0k3n") == false)
        }
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05Z", 1_767_323_045), ("2026-01-02T03:04:05.5Z", 1_767_323_045.5), ("2026-01-02T04:04:05+01:00", 1_767_323_045),
    ])
    func `every writing of the expiry is read`(text: String, seconds: TimeInterval) async throws {
        try await withTemporaryFolder { folder in
            let credential = try await plugin(in: folder, print(token: "t", expiry: text)).credential()
            #expect(credential.expiration == Date(timeIntervalSince1970: seconds))
        }
    }

    @Test func `a program that prints too much is an error`() async throws {
        try await withTemporaryFolder { folder in
            let error = try await error(plugin(in: folder, "head -c 2000000 /dev/zero"))
            #expect(error?.kind == .credentials)
        }
    }

    @Test func `a program that does not end is ended with all that it has started`() async throws {
        try await withTemporaryFolder { folder in
            var slow = try plugin(in: folder, "sleep 3600 & echo $! > child\nwait\n")
            slow.timeout = .milliseconds(500)
            let found = try await error(slow)
            #expect(found?.message == "exec plugin \(folder)/./plugin did not answer: no complete answer within 0.5 s")
            let child = try String(contentsOfFile: folder + "/child", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            while FileManager.default.fileExists(atPath: "/proc/\(child)/cmdline"), try isSleeping(child) { await Task.yield() }
        }
    }

    @Test func `cancellation ends the program and is told as such`() async throws {
        try await withTemporaryFolder { folder in
            let plugin = try plugin(in: folder, "touch started\nsleep 3600\n")
            let task = Task { try await plugin.credential() }
            while !FileManager.default.fileExists(atPath: folder + "/started") { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    /// Not a process that has ended and waits to be collected.
    private func isSleeping(_ process: String) throws -> Bool {
        do { return try !Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline")).isEmpty } catch { return false }
    }
}
