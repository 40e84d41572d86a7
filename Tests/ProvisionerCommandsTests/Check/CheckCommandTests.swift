import ArgumentParser
import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct CheckCommandTests {
    private static let good = """
        apiVersion: v1
        kind: Pod
        spec:
          containers:
            - name: web
              image: nginx
              ports: [{containerPort: 8080}]
              resources: {limits: {cpu: 250m, memory: 64Mi}}
        """
    private static let bad = good.replacing("image: nginx", with: "image: nginx\n      securityContext: {privileged: true}\n      tty: 1")

    /// Runs the command on files that hold these texts; `%` in an argument stands for their folder.
    private func run(
        _ arguments: [String],
        files: [String: String] = ["good.yaml": good, "bad.yaml": bad],
        environment: [String: String] = [:]
    ) throws -> CheckCommand.Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        try Data([0xFF, 0xFE, 0x41]).write(to: folder.appending(path: "binary"))
        let command = try CheckCommand.parse(arguments.map { $0.replacing("%", with: folder.path) })
        var outcome = command.outcome(environment: environment)
        outcome.output = outcome.output.replacing(folder.path, with: "%")
        outcome.explanation = outcome.explanation.replacing(folder.path, with: "%")
        outcome.complaints = outcome.complaints.map { $0.replacing(folder.path, with: "%") }
        return outcome
    }

    @Test func `an accepted spec is printed as the Pod that would be created`() throws {
        let outcome = try run(["%/good.yaml"])
        #expect(outcome.exitCode == .success)
        #expect(outcome.output.hasPrefix("# %/good.yaml: accepted; port 8080/TCP, cpu 250m, memory 64Mi\napiVersion: v1\nkind: Pod\n"))
        #expect(outcome.output.contains("  activeDeadlineSeconds: 21720\n"))
        #expect(outcome.output.contains("allowPrivilegeEscalation: false"))
        #expect(outcome.explanation == "")
        #expect(outcome.complaints == [])
    }

    @Test func `a refused spec is explained line by line`() throws {
        let outcome = try run(["%/bad.yaml"])
        #expect(outcome.exitCode == ExitCode(1))
        #expect(outcome.output == "")
        #expect(
            outcome.explanation == """
                %/bad.yaml:7:7: error: spec.containers[0].securityContext: must not be set: it is set by the provisioner, whatever it contains
                          securityContext: {privileged: true}
                          ^
                %/bad.yaml:8:12: error: spec.containers[0].tty: must be true or false
                          tty: 1
                               ^
                %/bad.yaml: refused: 2 problems

                """
        )
    }

    @Test func `several files are all checked, and the worst decides`() throws {
        let both = try run(["%/bad.yaml", "%/good.yaml", "%/good.yaml"])
        #expect(both.exitCode == ExitCode(1))
        #expect(both.output.components(separatedBy: "\n---\n").count == 2)
        #expect(both.explanation.contains("refused: 2 problems"))
        let three = try run(["%/absent.yaml", "%/bad.yaml", "%/good.yaml"])
        #expect(three.exitCode == ExitCode(2))
        #expect(three.complaints == ["%/absent.yaml cannot be read: No such file or directory"])
        #expect(three.output.contains("good.yaml: accepted"))
        #expect(three.explanation.contains("refused: 2 problems"))
    }

    @Test(arguments: [("%", "Is a directory"), ("%/binary", "it is not UTF-8 text"), ("%/absent", "No such file or directory")])
    func `what cannot be read is told with its reason`(file: String, reason: String) throws {
        let outcome = try run([file])
        #expect(outcome.exitCode == ExitCode(2))
        #expect(outcome.complaints == ["\(file) cannot be read: \(reason)"])
    }

    @Test func `a file without end is refused as too large`() throws {
        let outcome = try run(["/dev/zero"])
        #expect(outcome.exitCode == ExitCode(1))
        #expect(outcome.explanation.contains("/dev/zero: error: the Pod spec has 65537 bytes; at most 65536 are allowed"))
    }

    @Test func `the target port is compared, and has to be one`() throws {
        #expect(try run(["%/good.yaml", "--target-port", "8080"]).exitCode == .success)
        let other = try run(["%/good.yaml", "--target-port", "80"])
        #expect(other.exitCode == ExitCode(1))
        #expect(
            other.explanation.contains("%/good.yaml:7:15: error: spec.containers[0].ports[0].containerPort: is 8080, but target_port is 80")
        )
        let none = try run(["%/good.yaml", "--target-port", "0"])
        #expect(none.exitCode == ExitCode(2))
        #expect(none.complaints == ["--target-port is 0; must lie within 1…65535"])
    }

    @Test func `several ports are compared, and others are left out with a warning`() throws {
        let text = Self.good.replacing(
            "{containerPort: 8080}",
            with: "{containerPort: 53, protocol: UDP}, {containerPort: 53}, {containerPort: 9}"
        )
        let outcome = try run(["%/dns.yaml", "--port", "53", "--port", "53/udp"], files: ["dns.yaml": text])
        #expect(outcome.exitCode == .success)
        #expect(outcome.output.hasPrefix("# %/dns.yaml: accepted; ports 53/TCP, 53/UDP, cpu 250m, memory 64Mi\n"))
        #expect(!outcome.output.contains("containerPort: 9"))
        #expect(outcome.explanation.contains("warning: spec.containers[0].ports[2]: 9/TCP is left out"))
        let missing = try run(["%/dns.yaml", "--port", "54"], files: ["dns.yaml": text])
        #expect(missing.exitCode == ExitCode(1))
        #expect(missing.explanation.contains("spec.containers: target_port lists 54/TCP, which no container exposes; exposed are 53/UDP"))
    }

    @Test(arguments: [
        (["--port", "0"], "--port is \"0\"; must be a number within 1…65535, with /TCP or /UDP after it if need be"),
        (["--port", "+1"], "--port is \"+1\"; must be a number within 1…65535, with /TCP or /UDP after it if need be"),
        (["--port", "53/SCTP"], "--port is \"53/SCTP\"; must be a number within 1…65535, with /TCP or /UDP after it if need be"),
        (["--port", "53/UDP/TCP"], "--port is \"53/UDP/TCP\"; must be a number within 1…65535, with /TCP or /UDP after it if need be"),
        (["--port", ""], "--port is \"\"; must be a number within 1…65535, with /TCP or /UDP after it if need be"),
        (["--port", "53", "--port", "53/TCP"], "--port 53/TCP is given twice"),
        (["--port", "53", "--target-port", "53"], "--target-port and --port cannot be used together"),
        ((1...25).flatMap { ["--port", "\($0)"] }, "--port is given 25 times; at most 24 are allowed"),
    ])
    func `a wrong port option is a mistake of the call`(options: [String], complaint: String) throws {
        let outcome = try run(["%/good.yaml"] + options)
        #expect(outcome.exitCode == ExitCode(2))
        #expect(outcome.complaints == [complaint])
    }

    @Test func `the variables of serve count`() throws {
        #expect(try run(["%/good.yaml"], environment: ["STACK_MAX_CPU": "249m"]).exitCode == ExitCode(1))
        #expect(try run(["%/good.yaml"], environment: ["STACK_SECURITY_PROFILE": "restricted"]).output.contains("runAsNonRoot: true"))
        #expect(try run(["%/good.yaml"], environment: ["STACK_TTL": "1h"]).output.contains("activeDeadlineSeconds: 10920"))
        let mistake = try run(["%/good.yaml"], environment: ["STACK_MAX_CPU": "many"])
        #expect(mistake.exitCode == ExitCode(2))
        #expect(mistake.complaints.count == 1)
        #expect(mistake.complaints[0].hasPrefix("STACK_MAX_CPU: "))
    }

    private struct Entry: Decodable {
        struct Problem: Decodable {
            var path: String
            var code: String
            var message: String
            var line: Int?
            var column: Int?
        }

        struct Warning: Decodable {
            var path: String
            var message: String
            var line: Int
            var column: Int
        }

        struct Pod: Decodable {
            struct Metadata: Decodable { var namespace: String }
            var kind: String
            var metadata: Metadata
        }

        var file: String
        var accepted: Bool
        var problems: [Problem]
        var warnings: [Warning]
        var pod: Pod?
        var error: String?
    }

    @Test func `as JSON, there is one object for each file`() throws {
        let outcome = try run(["%/good.yaml", "%/bad.yaml", "%/absent", "--output", "json"], environment: ["STACK_NAMESPACE": "elsewhere"])
        #expect(outcome.exitCode == ExitCode(2))
        #expect(outcome.explanation == "")
        let entries = try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
        #expect(entries.map(\.file) == ["%/good.yaml", "%/bad.yaml", "%/absent"])
        #expect(entries.map(\.accepted) == [true, false, false])
        #expect(entries[0].pod?.kind == "Pod")
        #expect(entries[0].pod?.metadata.namespace == "elsewhere")
        #expect(entries[0].problems.isEmpty)
        #expect(entries[1].pod == nil)
        #expect(entries[1].problems.map(\.path) == ["spec.containers[0].securityContext", "spec.containers[0].tty"])
        #expect(entries[1].problems.map(\.code) == ["not_allowed", "wrong_type"])
        #expect(entries[1].problems.map(\.line) == [7, 8])
        #expect(entries[2].error == "No such file or directory")
        #expect(entries.map(\.warnings.count) == [0, 0, 0])
    }

    private static let warned = good.replacing("kind: Pod", with: "kind: Pod\nmetadata: {labels: {app: web}}")
        .replacing("spec:", with: "spec:\n  restartPolicy: Always")

    @Test func `warnings are shown with their places, and the spec is accepted all the same`() throws {
        let outcome = try run(["%/warned.yaml"], files: ["warned.yaml": Self.warned])
        #expect(outcome.exitCode == .success)
        #expect(outcome.output.hasPrefix("# %/warned.yaml: accepted;"))
        #expect(outcome.output.contains("  restartPolicy: Never\n"))
        #expect(
            outcome.explanation == """
                %/warned.yaml:3:20: warning: metadata.labels: are left out: controllers, webhooks and network policies of a cluster select Pods by \
                their labels
                    metadata: {labels: {app: web}}
                                       ^
                %/warned.yaml:5:18: warning: spec.restartPolicy: is Always and is set to Never: a container that ends is not started again
                      restartPolicy: Always
                                     ^

                """
        )
    }

    @Test func `warnings are yellow on a terminal`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(Self.warned.utf8).write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = try CheckCommand.parse([folder.path])
        let explanation = command.outcome(environment: [:], isColored: true).explanation
        #expect(explanation.contains(":3:20: \u{1B}[33mwarning\u{1B}[0m: metadata.labels: "))
        #expect(!command.outcome(environment: [:]).explanation.contains("\u{1B}"))
    }

    @Test func `warnings are in the JSON too`() throws {
        let outcome = try run(["%/warned.yaml", "--output", "json"], files: ["warned.yaml": Self.warned])
        #expect(outcome.exitCode == .success)
        let entry = try #require(try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8)).first)
        #expect(entry.accepted)
        #expect(entry.warnings.map(\.path) == ["metadata.labels", "spec.restartPolicy"])
        #expect(entry.warnings.map { [$0.line, $0.column] } == [[3, 20], [5, 18]])
    }
}
