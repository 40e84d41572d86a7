import ArgumentParser

struct StacksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stacks",
        abstract: "Create, show and delete stacks on a server.",
        discussion: """
            A stack is one user's running instance of one challenge: a Pod, and a port
            on a node for its players.

            examples:
              provisioner stacks create a.yaml --user 101 --problem 1001 --port 8080 --wait
              provisioner stacks list --problem 1001 --watch
              provisioner stacks open stack-82c2199c92d32586
              provisioner stacks delete --user 101

            \(ServerOptions.discussion)
            """,
        subcommands: [
            Create.self, List.self, Get.self, Status.self, Open.self, Logs.self, Events.self, Renew.self, Delete.self,
        ]
    )
}
