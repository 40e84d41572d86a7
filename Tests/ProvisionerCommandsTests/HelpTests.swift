import ArgumentParser
import Stacks
import Testing

@testable import ProvisionerCommands

@Suite struct HelpTests {
    @Test func `the root's help lists every command and shows examples`() throws {
        let help = ProvisionerCommand.helpMessage(columns: 200)
        for word in [
            "serve", "check", "settings", "table", "store", "adopt", "doctor", "stacks", "stats", "examples:", "provisioner serve",
            "--version",
            "--help",
        ] {
            #expect(help.contains(word), "\(word)")
        }
    }

    @Test func `the help of serve names its variables, their defaults and the exit codes`() throws {
        let help = ProvisionerCommand.helpMessage(for: ServeCommand.self, columns: 200)
        for word in [
            "HTTP_ADDR", ":8081", "KUBECONFIG", "STACK_TTL", "2h", "LOG_LEVEL", "examples:", "provisioner serve", "Exit codes: 0 ",
            "2 when",
        ] {
            #expect(help.contains(word), "\(word)")
        }
        // What the help says of defaults must hold.
        let configuration = try ServeConfiguration(environment: [:])
        #expect(help.contains("STACK_MAX_PER_USER     \(configuration.stacks.maxPerUser) "))
        #expect(help.contains("STACK_NODEPORT_MIN     \(configuration.nodePorts.lowerBound) "))
        #expect(help.contains("STACK_NAMESPACE        \(configuration.stacks.namespace) "))
        var reader = EnvironmentReader([:])
        _ = ServeConfiguration(reading: &reader)
        let shown = help.matches(of: /\b(?:STACK|HTTP|API|LOG|CLUSTER|SHUTDOWN|DDB)_[A-Z_]+\b/).map { String($0.output) }
        #expect(shown.filter { !reader.names.contains($0) } == [])
    }

    @Test func `every command explains itself`() {
        let commands: [(any ParsableCommand.Type, String)] = [
            (ServeCommand.self, "serve"), (CheckCommand.self, "check"), (TableCommand.self, "table"),
            (TableCommand.Create.self, "table create"),
            (TableCommand.Check.self, "table check"), (StoreCommand.self, "store"), (StoreCommand.Copy.self, "store copy"),
            (StoreCommand.Backup.self, "store backup"), (SettingsCommand.self, "settings"),
            (AdoptCommand.self, "adopt"), (DoctorCommand.self, "doctor"),
        ]
        for (command, name) in commands {
            let help = ProvisionerCommand.helpMessage(for: command, columns: 200)
            #expect(help.contains("USAGE: provisioner \(name)"), "\(help)")
            #expect(help.contains("OVERVIEW: "), "\(help)")
        }
        for (command, name) in commands
        where ["serve", "check", "settings", "store copy", "store backup", "adopt", "doctor"].contains(name) {
            let help = ProvisionerCommand.helpMessage(for: command, columns: 200)
            #expect(help.contains("examples:") && help.contains("  provisioner \(name)"), "\(help)")
        }
    }

    @Test(arguments: [
        ["serve"], ["check", "a.yaml"], ["check", "-", "--target-port", "80"], ["table", "create"], ["table", "check"],
        ["store", "copy", "--from", "dynamodb:a", "--to", "sqlite:b"], ["store", "backup", "a"], ["settings"], ["adopt"],
        ["adopt", "--yes"], ["doctor"], ["doctor", "--probe", "busybox", "--public", "8.8.8.8:53", "--output", "json"],
    ])
    func `commands are parsed`(arguments: [String]) throws {
        _ = try ProvisionerCommand.parseAsRoot(arguments)
    }

    @Test(arguments: [
        ["fly"], ["serve", "now"], ["check"], ["check", "a", "--target-port", "x"], ["store", "copy", "--from", "x", "--to", "y"],
        ["--loud"], ["doctor", "--public", "here"], ["doctor", "--output", "xml"],
    ])
    func `what is no command is a mistake of usage`(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) { try ProvisionerCommand.parseAsRoot(arguments) }
        #expect(ProvisionerCommand.exitCode(for: error) == .validationFailure)
    }
}
