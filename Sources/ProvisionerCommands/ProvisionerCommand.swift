public import ArgumentParser

/// The command line `provisioner`.
public struct ProvisionerCommand: AsyncParsableCommand {
    /// The name, the help and the subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "provisioner",
        abstract: "Gives every CTF player an own instance of a challenge, as a hardened Kubernetes Pod behind a NodePort.",
        discussion: """
            examples:
              provisioner serve                     run the service on :8081, with the cluster of $KUBECONFIG
              provisioner check challenge.yaml      see what the policy says of a Pod spec
              provisioner table create              make the DynamoDB table for STACK_STORE=dynamodb
              provisioner adopt                     see to which store the namespace belongs
              provisioner doctor                    examine the installation, and see how to mend it
              provisioner settings                  see every environment variable of serve
              provisioner stacks list               see the stacks of the server at $PROVISIONER_URL
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, SettingsCommand.self, TableCommand.self, StoreCommand.self, AdoptCommand.self,
            DoctorCommand.self, StacksCommand.self, StatsCommand.self,
        ]
    )

    /// Called by the argument parser.
    public init() {}

    /// Runs the command line and ends the process. A mistake of usage ends it with 2.
    public static func start() async -> Never {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Terminal.explain(fullMessage(for: error) + "\n")
            exit(withError: ExitCode(2))
        }
        exit()
    }
}
