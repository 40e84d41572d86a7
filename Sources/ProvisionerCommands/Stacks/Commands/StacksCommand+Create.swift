import ArgumentParser
import Foundation
import NIOHTTP1
import PodPolicy
import Stacks

extension StacksCommand {
    struct Create: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Create a stack from a Pod spec.",
            discussion: """
                Without --wait the command ends once the stack has a node; its containers
                may still be starting. With --wait it ends once the stack is ready, and shows
                meanwhile what it waits for. After Ctrl-C the create goes on by itself.

                The request has an Idempotency-Key, so that a lost response never makes a
                second stack.

                examples:
                  provisioner stacks create a.yaml --user 101 --problem 1001 --port 8080
                  FLAG=ctf{x} provisioner stacks create a.yaml --port 8080 --env FLAG --wait
                  provisioner stacks create dns.yaml --port 53/UDP --port 53/TCP
                  helm template a | provisioner stacks create - --port 80 -o json

                \(ServerOptions.discussion)
                """
        )

        @Argument(
            help: ArgumentHelp("A file with one Pod in YAML or JSON; - for standard input.", valueName: "file"),
            completion: .file(extensions: ["yaml", "yml", "json"])
        )
        var file: String

        @Option(help: ArgumentHelp("The user to whom the stack belongs.", valueName: "id"))
        var user: Int64?

        @Option(help: ArgumentHelp("The problem that the stack is an instance of.", valueName: "id"))
        var problem: Int64?

        @Option(
            help: ArgumentHelp("A container port for players. Repeat it for several.", valueName: "number[/TCP|/UDP]")
        )
        var port: [String] = []

        @Option(
            help: ArgumentHelp(
                "A variable of every container. Repeat it for several. Without a value it has that of this shell, which no list of processes shows.",
                valueName: "name[=value]"
            )
        )
        var env: [String] = []

        @Option(help: "What the stack may connect to.")
        var egress: Egress?

        @Flag(help: "Wait until the stack is ready.")
        var wait = false

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        static var notesInterrupt: Bool { true }

        func input(_ console: Console) throws -> Data {
            var mistakes: [String] = []
            var targets: [ExposedPort] = []
            do throws(PortOptionMistakes) { targets = try PortOptions.read(targetPort: nil, ports: port) } catch {
                mistakes += error.mistakes
            }
            if port.isEmpty { mistakes.append("--port is missing: the container port for players, such as --port 8080") }
            var variables: [String: String] = [:]
            for text in env {
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                // The value may be a flag and must not be shown.
                let value = parts.count == 2 ? parts[1] : console.environment[parts[0]]
                if parts[0].isEmpty {
                    mistakes.append("--env has no name before its =; must be written as FLAG=value, or as FLAG for the value of this shell")
                } else if let value {
                    if variables.updateValue(value, forKey: parts[0]) != nil { mistakes.append("--env \(parts[0]) is given twice") }
                } else {
                    mistakes.append("--env \(parts[0]) has no value, and the environment has no such variable")
                }
            }
            var spec = ""
            do { spec = try SpecFile.read(file) } catch {
                mistakes.append("\(file) cannot be read: \(error)")
            }
            guard mistakes.isEmpty else { throw ClientFailure.usage(mistakes) }
            let body = NewStack(
                userID: user,
                problemID: problem,
                // With one number the server asks for exactly one exposed port, and names those that it finds.
                ports: targets,
                isArray: port.count > 1 || port.contains { $0.contains("/") },
                env: variables.isEmpty ? nil : variables,
                egress: egress?.rawValue,
                podSpec: spec
            )
            return try JSONEncoder().encode(body)
        }

        func run(_ session: Session, _ input: Data) async throws {
            var request = ServerRequest(method: .POST, path: "/stacks", body: input)
            request.headers = [("Idempotency-Key", UUID().uuidString)]
            // Responds as soon as there is an id, so that there is something to show.
            if wait { request.headers.append(("Prefer", "respond-async")) }
            session.create.set(.requested(user: user, problem: problem))
            var answer = try await session.client.send(request)
            var stack = try answer.decoded(as: StackAnswer.self)
            // The id goes into commands that people paste.
            guard StackID(stack.stackID) != nil else {
                let id = stack.stackID.prefix(80)
                throw ClientFailure.unreachable("the response is not one of a provisioner: its stack_id is \"\(id)\"", mayPass: false)
            }
            for warning in stack.warnings ?? [] {
                session.notes.add("warning: \(warning.path): \(warning.message)", color: .yellow)
            }
            if wait {
                session.create.set(.made(id: stack.stackID, status: stack.status, expiresAt: stack.ttlExpiresAt))
                try await session.waitUntilReady(stack.stackID).status.requireReady()
                answer = try await session.get("/stacks/\(stack.stackID)")
                stack = try answer.decoded(as: StackAnswer.self)
            }
            session.create.set(.nothing)
            try session.present(answer, format.output) { $0.stack(stack) }
        }
    }
}

/// The body of `POST /stacks`.
private struct NewStack: Encodable {
    private struct Port: Encodable {
        var containerPort: Int
        var `protocol`: String

        enum CodingKeys: String, CodingKey {
            case containerPort = "container_port"
            case `protocol`
        }
    }

    var userID: Int64?
    var problemID: Int64?
    var ports: [ExposedPort]
    var isArray: Bool
    var env: [String: String]?
    var egress: String?
    var podSpec: String

    private enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case problemID = "problem_id"
        case targetPort = "target_port"
        case env, egress
        case podSpec = "pod_spec"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(userID, forKey: .userID)
        try container.encodeIfPresent(problemID, forKey: .problemID)
        if isArray {
            try container.encode(ports.map { Port(containerPort: $0.containerPort, protocol: $0.protocol.rawValue) }, forKey: .targetPort)
        } else {
            try container.encodeIfPresent(ports.first?.containerPort, forKey: .targetPort)
        }
        try container.encodeIfPresent(env, forKey: .env)
        try container.encodeIfPresent(egress, forKey: .egress)
        try container.encode(podSpec, forKey: .podSpec)
    }
}
