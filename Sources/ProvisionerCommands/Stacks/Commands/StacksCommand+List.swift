import ArgumentParser
import Stacks

extension StacksCommand {
    struct List: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List stacks, oldest first, or follow their changes.",
            discussion: """
                With --watch the list goes on with a line for each change until Ctrl-C; a
                stack that is gone has the status "removed". With -o json each line is a
                stack, or {"stack_id":…} alone for one that is gone.

                STATUS "unready" is a stack that runs and whose probes do not succeed yet.
                ADDRESS ends with the number of further ports (+1).

                examples:
                  provisioner stacks list --problem 1001 --status failed -o wide
                  provisioner stacks list --user 101 --watch
                  provisioner stacks list -o json | jq -r '.stacks[].stack_id'

                \(ServerOptions.discussion)
                """
        )

        @Option(help: ArgumentHelp("Only the stacks of this user.", valueName: "id"))
        var user: Int64?

        @Option(help: ArgumentHelp("Only the stacks of this problem.", valueName: "id"))
        var problem: Int64?

        @Option(help: "Only the stacks that have this status now.")
        var status: StackStatus?

        @Flag(name: .shortAndLong, help: "Follow the changes until Ctrl-C.")
        var watch = false

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        var isEndless: Bool { watch }

        func run(_ session: Session, _ input: Void) async throws {
            if watch {
                let filter = StackFilter(user: user, problem: problem, status: status?.rawValue)
                var printer = WatchPrinter(filter: filter, format: format.output)
                return try await session.follow { event in
                    try session.console.say(try printer.print(event, session.text(format.output)))
                }
            }
            var query: [(name: String, value: String)] = []
            if let user { query.append(("user_id", "\(user)")) }
            if let problem { query.append(("problem_id", "\(problem)")) }
            if let status { query.append(("status", status.rawValue)) }
            let answer = try await session.get("/stacks", query: query)
            let stacks = try answer.decoded(as: StackListAnswer.self).stacks
            if stacks.isEmpty, format.output.isForPeople { return session.notes.add("No stacks found.") }
            try session.present(answer, format.output) { $0.list(stacks) }
        }
    }
}
