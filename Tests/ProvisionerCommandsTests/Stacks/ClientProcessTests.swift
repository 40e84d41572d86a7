import Foundation
import Stacks
import Subprocess
import SystemPackage
import TestBasics
import TestSupport
import Testing

/// The client as a shell sees it.
@Suite(.timeLimit(.minutes(2))) struct ClientProcessTests {
    @Test func `Ctrl-C during a create ends the process with 130 after it has said what goes on`() async throws {
        try await APIServer.run { api in
            try await withFile(samplePodSpec) { path in
                let outcome = try await Subprocess.run(
                    .path(Program.path),
                    arguments: ["stacks", "create", path, "--user", "1", "--problem", "2", "--port", "8080", "--wait"],
                    environment: Program.environment(["PROVISIONER_URL": api.url]),
                    input: .none,
                    output: .discarded,
                    error: .sequence
                ) { execution in
                    var text = ""
                    var isSent = false
                    for try await line in execution.standardError.strings() {
                        text += line
                        // Whatever the step: the clock of the service stands still, so a wait that began at an early step shows no other.
                        guard !isSent, text.contains(" creating: ") else { continue }
                        isSent = true
                        try execution.send(signal: .interrupt)
                    }
                    return text
                }
                let records = try await api.service.store.allRecords()
                // Its Pod may not exist yet.
                let id = try #require(records.first?.id)
                let (status, text) = (outcome.terminationStatus, outcome.closureResult)
                #expect(status == .exited(130))
                #expect(text.contains("\(id) goes on by itself. It is still being made"), "\(text)")
                #expect(records.count == 1)
            }
        }
    }

    @Test func `output without a terminal has no colours, and each exit code reaches the shell`() async throws {
        try await APIServer.run { api in
            _ = try await api.service.service.create(.sample(), logger: silentLogger)
            let variables = ["PROVISIONER_URL": api.url, "TERM": "xterm"]
            let list = try await Program.run(["stacks", "list"], variables)
            #expect(list.status == .exited(0) && list.err.isEmpty && list.out.hasPrefix("STACK ") && !list.out.contains("\u{1B}"))
            let none = try await Program.run(["stacks", "get", "stack-0000000000000000"], variables)
            #expect(none.status == .exited(1) && none.out.isEmpty && none.err.contains("404 stack_not_found, request id "))
            #expect(try await Program.run(["stacks", "get", "x"], variables).status == .exited(2))
            #expect(try await Program.run(["stats"], ["PROVISIONER_URL": "http://127.0.0.1:1"]).status == .exited(3))
            api.service.cluster.state.update { $0.scheduling = .held }
            try await withFile(samplePodSpec) { path in
                let arguments = ["stacks", "create", path, "--user", "8", "--problem", "9", "--port", "8080", "--timeout", "300ms"]
                let status = try await Program.run(arguments, variables).status
                #expect(status == .exited(4))
            }
        }
    }

    @Test func `a pipe that nobody reads ends a command quietly`() async throws {
        try await APIServer.run { api in
            // The reader of the pipe has ended before the command begins.
            let script = "exec 3> >(:); wait $!; \"$0\" stacks list -o json >&3; echo $?"
            let outcome = try await Subprocess.run(
                .name("bash"),
                arguments: ["-c", script, Program.path.string],
                environment: .inherit.updating(["PROVISIONER_URL": api.url]),
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            let (out, err) = (outcome.standardOutput, outcome.standardError)
            #expect(out == "141\n" && err.isEmpty, "\(err)")
        }
    }

    @Test func `HTTPS needs an authority that is known, from --cacert or the system`() async throws {
        try await withTemporaryFolder { folder in
            try await TLSProcessTests.certify(folder, name: "first")
            let variables = ["HTTP_ADDR": "127.0.0.1:0", "TLS_CERT_FILE": folder + "/tls.crt", "TLS_KEY_FILE": folder + "/tls.key"]
            try await ServeProcessTests.withService(variables) { port in
                let address = ["PROVISIONER_URL": "https://127.0.0.1:\(port)"]
                let unknown = try await Program.run(["stats"], address)
                #expect(unknown.status == .exited(3) && unknown.err.contains("TLS: "), "\(unknown.err)")
                let known = try await Program.run(["stats", "--cacert", folder + "/first.crt", "--timeout", "20s"], address)
                // The cluster of that service does not answer; the service itself does.
                #expect(known.status != .exited(3), "\(known.err)")
            }
        }
    }
}
