import Foundation
import FoundationNetworking
import PodPolicy
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import ProvisionerCommands

/// The commands against the API itself, over a cluster that is played.
@Suite(.timeLimit(.minutes(1))) struct CommandTests {
    private static let create = ["--user", "101", "--problem", "1001", "--port", "8080"]

    private static func create(_ api: APIServer, _ more: [String] = []) async throws -> ClientRun.Outcome {
        try await withFile(samplePodSpec) { try await api.client.run(["stacks", "create", $0] + create + more) }
    }

    private static func run(_ api: APIServer, _ arguments: String...) async throws -> ClientRun.Outcome {
        try await api.client.run(arguments)
    }

    @Test func `a stack is created, shown, renewed and deleted`() async throws {
        try await APIServer.run { api in
            let created = try await Self.create(api)
            let id = try api.onlyStack()
            #expect(created.code == 0 && created.err.isEmpty, "\(created)")
            #expect(created.out.hasPrefix("Stack:    \(id)\nStatus:   creating (Starting): waiting for the node"), "\(created.out)")
            #expect(created.out.contains("\nUser:     101\nProblem:  1001\nNode:     node-1\n"), "\(created.out)")

            let list = try await Self.run(api, "stacks", "list")
            #expect(list.code == 0 && list.out.hasPrefix("STACK ") && list.out.contains("\n\(id)  101   1001     creating  203.0.113.1:"))
            let none = try await Self.run(api, "stacks", "list", "--user", "102", "--problem", "1001", "--status", "running")
            #expect(none.code == 0 && none.out.isEmpty && none.err == "No stacks found.\n")

            let shown = try await Self.run(api, "stacks", "get", "\(id)", "-o", "wide")
            #expect(shown.out.contains("\nPod spec:\n  apiVersion: v1\n"), "\(shown.out)")
            let status = try await Self.run(api, "stacks", "status", "\(id)")
            #expect(status.code == 0 && status.out.hasPrefix("Stack:    \(id)\nStatus:   creating"))
            let open = try await Self.run(api, "stacks", "open", "\(id)")
            #expect(open.out.firstMatch(of: /^203\.0\.113\.1:\d+\n$/) != nil, "\(open.out)")
            let stats = try await Self.run(api, "stats")
            #expect(stats.out.contains("Stacks:      1 creating or running, 1 in all\n") && stats.out.contains("node-1 1\n"))

            api.service.time.advance(by: .seconds(3600))
            // The end has milliseconds and the clock microseconds: a little is missing to 90 minutes.
            let renewed = try await Self.run(api, "stacks", "renew", "\(id)", "--ttl", "90m")
            #expect(renewed.code == 0 && renewed.out.hasPrefix("\(id) ends in 89m ("), "\(renewed)")
            let deleted = try await Self.run(api, "stacks", "delete", "\(id)")
            #expect(deleted.code == 0 && deleted.out == "\(id) deleted\n", "\(deleted)")
            #expect(api.service.cluster.isEmpty)
        }
    }

    @Test func `with --wait each step is shown until the stack is ready`() async throws {
        try await APIServer.run { api in
            api.service.cluster.state.update { $0.scheduling = .held }
            var client = api.client
            client.isErrorTerminal = true
            client.environment["NO_COLOR"] = "1"
            let run = Task { [client] in
                try await withFile(samplePodSpec) { try await client.run(["stacks", "create", $0, "--wait", "-o", "json"] + Self.create) }
            }
            try await client.err.wait { $0.contains(" creating: ") }
            let id = try api.onlyStack()
            api.service.cluster.schedule(id)
            api.service.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            let outcome = try await run.value
            #expect(outcome.code == 0)
            #expect(outcome.err.hasPrefix("\r\u{1B}[K\(id) creating: ") && outcome.err.hasSuffix("\r\u{1B}[K"), "\(outcome.err)")
            #expect(!outcome.err.contains("\n") && !outcome.err.contains("\u{1B}[3"))
            let stack = try JSONDecoder().decode(StackAnswer.self, from: Data(outcome.out.utf8))
            #expect(stack.stackID == "\(id)" && stack.ready == true)
            let again = try await Self.run(api, "stacks", "status", "\(id)", "--wait")
            #expect(again.code == 0 && again.out.contains("\nStatus:   running, ready\n"))
        }
    }

    @Test func `a stack that cannot become ready ends the wait with 1 and its reason`() async throws {
        try await APIServer.run { api in
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            api.service.cluster.observe(id) { $0.phase = .failed }
            let outcome = try await Self.run(api, "stacks", "status", "\(id)", "--wait")
            #expect(outcome.code == 1 && outcome.out.contains("\nStatus:   failed"), "\(outcome)")
            #expect(outcome.err.hasPrefix("error: \(id) is failed and cannot become ready"), "\(outcome.err)")
        }
    }

    @Test func `-o json prints the response unchanged`() async throws {
        try await APIServer.run { api in
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            for (path, arguments) in [
                ("/stacks", ["stacks", "list"]), ("/stacks/\(id)", ["stacks", "get", "\(id)"]), ("/stats", ["stats"]),
                ("/stacks/\(id)/status", ["stacks", "status", "\(id)"]), ("/stacks/\(id)/events", ["stacks", "events", "\(id)"]),
            ] {
                let url = try #require(URL(string: api.url + path))
                let (data, _) = try await URLSession.shared.data(from: url)
                let outcome = try await api.client.run(arguments + ["-o", "json"])
                #expect(outcome.out == String(decoding: data, as: UTF8.self) + "\n")
                let yaml = try await api.client.run(arguments + ["--output", "yaml"])
                #expect(yaml.code == 0 && !yaml.out.contains("{\""), "\(yaml.out)")
            }
        }
    }

    @Test func `a refusal is the server's sentence with the request id, and ends with 1`() async throws {
        try await APIServer.run { api in
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            let outcome = try await Self.create(api)
            #expect(outcome.code == 1 && outcome.out.isEmpty)
            let expected = /^error: user 101 already has ID for problem 1001\n  409 stack_exists, request id [0-9a-z-]+\n$/
            #expect(outcome.err.replacing(id.description, with: "ID").firstMatch(of: expected) != nil, "\(outcome.err)")
        }
    }

    @Test func `a refused Pod spec shows each problem with its line`() async throws {
        try await APIServer.run { api in
            let spec = samplePodSpec.replacing("spec:\n", with: "spec:\n  hostNetwork: true\n  hostPID: true\n")
            let outcome = try await withFile(spec) { try await api.client.run(["stacks", "create", $0] + Self.create) }
            #expect(outcome.code == 1)
            #expect(
                outcome.err.hasPrefix("error: the Pod spec is refused: 2 problems\n  line 6, column 3: spec.hostNetwork: "),
                "\(outcome.err)"
            )
            #expect(
                outcome.err.contains("\n  line 7, column 3: spec.hostPID: ")
                    && outcome.err.contains("\n  400 invalid_pod_spec, request id ")
            )
        }
    }

    @Test func `warnings of a create are shown`() async throws {
        try await APIServer.run { api in
            let spec = samplePodSpec.replacing("spec:\n", with: "spec:\n  restartPolicy: Always\n")
            let outcome = try await withFile(spec) { try await api.client.run(["stacks", "create", $0] + Self.create) }
            #expect(outcome.code == 0 && outcome.err.hasPrefix("warning: spec.restartPolicy: "), "\(outcome.err)")
        }
    }

    @Test func `several ports, an environment and egress reach the server`() async throws {
        try await APIServer.run { api in
            let spec = samplePodSpec.replacing(
                "[{containerPort: 8080}]",
                with: "[{containerPort: 8080}, {containerPort: 53, protocol: UDP}]"
            )
            let more = ["--port", "53/udp", "--port", "8080", "--env", "FLAG=a=b", "--env", "SECRET", "--egress", "internet", "-o", "json"]
            var client = api.client
            client.environment["SECRET"] = "from the shell"
            let outcome = try await withFile(spec) { [client] in
                try await client.run(["stacks", "create", $0] + more + ["--user", "1", "--problem", "2"])
            }
            #expect(outcome.code == 0, "\(outcome.err)")
            let id = try api.onlyStack()
            let stack = try JSONDecoder().decode(StackAnswer.self, from: Data(outcome.out.utf8))
            #expect(
                stack.ports?.map(\.containerPort) == [53, 8080] && stack.ports?.map(\.protocol) == ["UDP", "TCP"]
                    && stack.egress == "internet"
            )
            let variables = api.service.cluster.state.value.manifests[id]?.spec.containers.first?.env ?? []
            #expect(variables.map { "\($0)" }.joined().contains("from the shell") && variables.count == 2)
            let open = try await Self.run(api, "stacks", "open", "\(id)")
            #expect(open.out.firstMatch(of: /^203\.0\.113\.1:\d+\/UDP\n203\.0\.113\.1:\d+\n$/) != nil, "\(open.out)")
        }
    }

    @Test func `all stacks of a problem or a user are deleted, and a refused id does not stop the others`() async throws {
        try await APIServer.run { api in
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            let outcome = try await Self.run(api, "stacks", "delete", "stack-0000000000000001", "\(id)", "stack-0000000000000002")
            #expect(outcome.code == 1 && outcome.out == "\(id) deleted\n")
            #expect(outcome.err.components(separatedBy: "404 stack_not_found").count == 3, "\(outcome.err)")
            _ = try await Self.create(api)
            let marked = try await Self.run(api, "stacks", "delete", "--problem", "1001", "--user", "101")
            #expect(marked.code == 0 && marked.out == "1 stack is being deleted\n")
            let json = try await Self.run(api, "stacks", "delete", "--problem", "1001", "-o", "json")
            #expect(json.out == "{\"marked\":0}\n")
        }
    }

    @Test func `a log is printed as it is, and escaped on a terminal`() async throws {
        try await APIServer.run { api in
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            api.service.cluster.state.update { $0.logs["web"] = Array("one\ntwo\nthree".utf8) }
            let outcome = try await Self.run(api, "stacks", "logs", "\(id)", "--tail", "2", "--container", "web")
            #expect(outcome.code == 0 && outcome.out == "two\nthree\n", "\(outcome)")
            api.service.cluster.state.update { $0.logs = [:] }
            let client = api.client
            let none = try await client("stacks", "logs", "\(id)")
            #expect(none.code == 1 && none.err.contains("409 logs_not_ready"), "\(none.err)")
            #expect(client.waits.value == [.seconds(2), .seconds(2), .seconds(2)], "it may have a log soon")
        }
    }

    @Test func `events are a table`() async throws {
        try await APIServer.run { api in
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            #expect(try await Self.run(api, "stacks", "events", "\(id)").err == "Kubernetes has no events of \(id).\n")
            let event = StackEvent(
                time: api.service.time.now,
                type: "Warning",
                reason: "Failed",
                message: "\u{1B}[2J",
                count: 2,
                object: "Pod/\(id)"
            )
            api.service.cluster.state.update { $0.events[id] = [event] }
            let outcome = try await Self.run(api, "stacks", "events", "\(id)")
            #expect(
                outcome.out == "AGE      TYPE     REASON  OBJECT  MESSAGE\n0s (x2)  Warning  Failed  Pod     \\u{1b}[2J\n",
                "\(outcome.out)"
            )
        }
    }

    @Test func `--watch follows each change`() async throws {
        try await APIServer.run { api in
            let client = api.client
            let run = Task { try await client("stacks", "list", "--watch", "--user", "101") }
            try await client.out.wait { $0.hasPrefix("STACK ") }
            _ = try await Self.create(api)
            let id = try api.onlyStack()
            try await client.out.wait { $0.contains("creating") }
            api.service.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            try await client.out.wait { $0.contains("running") }
            _ = try await Self.run(api, "stacks", "delete", "\(id)")
            try await client.out.wait { $0.contains("removed") }
            run.cancel()
            _ = try await run.value
        }
    }

    @Test func `the key is sent, and a wrong one is a refusal that names the variable`() async throws {
        try await APIServer.run(key: "geheim") { api in
            var client = api.client
            client.environment["PROVISIONER_API_KEY"] = "geheim"
            let right = try await client("stats")
            #expect(right.code == 0)
            let wrong = try await Self.run(api, "stats")
            #expect(wrong.code == 1 && wrong.err.contains("PROVISIONER_API_KEY\n  401 unauthorized"), "\(wrong.err)")
        }
    }

    @Test func `Ctrl-C during a wait says what goes on, and ends with 130`() async throws {
        try await APIServer.run { api in
            api.service.cluster.state.update { $0.scheduling = .held }
            let client = api.client
            let run = Task { try await withFile(samplePodSpec) { try await client.run(["stacks", "create", $0, "--wait"] + Self.create) } }
            try await client.err.wait { $0.contains(" creating: ") }
            client.isInterrupted.update { $0 = true }
            let outcome = try await run.value
            let id = try api.onlyStack()
            #expect(outcome.code == 130 && outcome.out.isEmpty)
            #expect(
                outcome.err.contains("\n\(id) goes on by itself. It is still being made, and is kept until 2025-06-15T"),
                "\(outcome.err)"
            )
            #expect(outcome.err.contains("\n  provisioner stacks delete \(id) "))
        }
    }

    @Test func `a wait that is over ends with 4 and says what goes on`() async throws {
        try await APIServer.run { api in
            api.service.cluster.state.update { $0.scheduling = .held }
            let client = api.client
            let outcome = try await withFile(samplePodSpec) { path in
                try await client.run(["stacks", "create", path, "--timeout", "90s"] + Self.create, isTimed: true)
            }
            #expect(outcome.code == 4)
            #expect(outcome.err.hasPrefix("error: not done within 1m30s; --timeout sets the limit\n"), "\(outcome.err)")
            #expect(outcome.err.hasSuffix("  provisioner stacks list --user 101 --problem 1001\n"), "\(outcome.err)")
        }
    }
}
