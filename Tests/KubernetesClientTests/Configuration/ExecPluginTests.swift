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
            "printed no token; client certificates are not supported"
        ),
        (
            #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientKeyData":"t0k3n"}}"#,
            "printed no token; client certificates are not supported"
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
