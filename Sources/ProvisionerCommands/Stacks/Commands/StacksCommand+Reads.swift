import ArgumentParser
import Stacks

extension StacksCommand {
    struct Get: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Show one stack.",
            discussion: """
                -o wide shows the Pod spec too, as the server has changed it.

                examples:
                  provisioner stacks get stack-82c2199c92d32586
                  provisioner stacks get stack-82c2199c92d32586 -o json | jq -r .pod_spec

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: "The stack's id.")
        var id: StackID

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        func run(_ session: Session, _ input: Void) async throws {
            let answer = try await session.get("/stacks/\(id)")
            let stack = try answer.decoded(as: StackAnswer.self)
            try session.present(answer, format.output) { $0.stack(stack) }
        }
    }

    struct Status: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show the status of a stack, or wait until it is ready.",
            discussion: """
                With --wait the command ends with 0 once the stack is ready, and with 1 as
                soon as it cannot become so any more.

                examples:
                  provisioner stacks status stack-82c2199c92d32586
                  provisioner stacks status stack-82c2199c92d32586 --wait --timeout 5m

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: "The stack's id.")
        var id: StackID

        @Flag(help: "Wait until the stack is ready.")
        var wait = false

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        func run(_ session: Session, _ input: Void) async throws {
            guard wait else {
                let answer = try await session.get("/stacks/\(id)/status")
                let status = try answer.decoded(as: StatusAnswer.self)
                return try session.present(answer, format.output) { $0.status(status) }
            }
            let (answer, status) = try await session.waitUntilReady(id.description)
            try session.present(answer, format.output) { $0.status(status) }
            try status.requireReady()
        }
    }

    struct Open: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "open",
            abstract: "Print the address that players use, one line for each port.",
            discussion: """
                examples:
                  provisioner stacks open stack-82c2199c92d32586
                  curl "http://$(provisioner stacks open stack-82c2199c92d32586)/"

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: "The stack's id.")
        var id: StackID

        @OptionGroup var server: ServerOptions

        func run(_ session: Session, _ input: Void) async throws {
            let stack = try await session.get("/stacks/\(id)").decoded(as: StackAnswer.self)
            let ports = (stack.ports ?? []).filter { $0.nodePort != nil }
            guard let host = stack.nodePublicIP, !ports.isEmpty else {
                let held = ports.compactMap(\.nodePort).map { "\($0)" }.joined(separator: ", ")
                let port = held.isEmpty ? "it holds no node port" : "its node port is \(held)"
                let node = stack.nodeID.map { "node \($0) has no ExternalIP" } ?? "it has no node"
                throw ClientFailure.unsuccessful("\(id) has no public address: \(node), \(port)")
            }
            let addresses = StackText.addresses(host, ports)
            try session.console.say(addresses.map { Shown.line($0) + "\n" }.joined())
        }
    }

    struct Logs: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs",
            abstract: "Print the last lines of a container's log.",
            discussion: """
                examples:
                  provisioner stacks logs stack-82c2199c92d32586
                  provisioner stacks logs stack-82c2199c92d32586 --container db --tail 1000

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: "The stack's id.")
        var id: StackID

        @Option(help: ArgumentHelp("The container; without it the first one.", valueName: "name"))
        var container: String?

        @Option(help: ArgumentHelp("The number of lines, 1…10000; without it 200.", valueName: "lines"))
        var tail: Int?

        @OptionGroup var server: ServerOptions

        func run(_ session: Session, _ input: Void) async throws {
            var query: [(name: String, value: String)] = []
            if let container { query.append(("container", container)) }
            if let tail { query.append(("tail", "\(tail)")) }
            let answer = try await session.get("/stacks/\(id)/logs", query: query)
            guard answer.contentType.hasPrefix("text/plain") else {
                throw ClientFailure.unreachable("the response is not a log: \(ServerAnswer.begin(of: answer.text))", mayPass: false)
            }
            let text = session.console.isOutputTerminal ? Shown.lines(answer.text) : answer.text
            try session.console.say(text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
        }
    }

    struct Events: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "events",
            abstract: "Show the Kubernetes events of a stack, oldest first.",
            discussion: """
                examples:
                  provisioner stacks events stack-82c2199c92d32586
                  provisioner stacks events stack-82c2199c92d32586 -o json | jq .events

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: "The stack's id.")
        var id: StackID

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        func run(_ session: Session, _ input: Void) async throws {
            let answer = try await session.get("/stacks/\(id)/events")
            let events = try answer.decoded(as: EventListAnswer.self).events
            if events.isEmpty, format.output.isForPeople { return session.notes.add("Kubernetes has no events of \(id).") }
            try session.present(answer, format.output) { $0.events(events) }
        }
    }
}
