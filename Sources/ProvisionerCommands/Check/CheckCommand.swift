import ArgumentParser
import Foundation
import PodPolicy

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check Pod specs against the policy, offline.",
        discussion: """
            Prints each Pod as it would be created, to standard output, and every problem or warning with its line and column, to standard
            error. A warning tells what the Pod gets otherwise than it is written.
            Exit codes: 0 when every spec is accepted, 1 when one is refused, 2 when one cannot be read or the configuration is wrong.

            STACK_MAX_CPU, STACK_MAX_MEMORY, STACK_SECURITY_PROFILE and the other variables of `serve` that concern Pods are respected.

            examples:
              provisioner check challenge.yaml --target-port 8080
              provisioner check dns.yaml --port 53/UDP --port 53/TCP
              provisioner check --output json challenges/*.yaml | jq '.[] | select(.accepted | not)'
              helm template my-challenge | provisioner check -
            """
    )

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Argument(help: ArgumentHelp("Files with one Pod each; - for standard input.", valueName: "file"))
    var files: [String]

    @Option(help: "How to print the result: text or json.")
    var output: Output = .text

    @Option(help: "The only port that each Pod must expose.")
    var targetPort: Int?

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp(
            "A port that each Pod must expose; others are left out. Repeat it for several.",
            valueName: "number[/TCP|/UDP]"
        )
    )
    var ports: [String] = []

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        // https://no-color.org
        let isColored = Terminal.isErrorShown && environment["NO_COLOR", default: ""].isEmpty
        let outcome = outcome(environment: environment, isColored: isColored)
        for complaint in outcome.complaints { Terminal.complain(complaint) }
        Terminal.explain(outcome.explanation)
        Terminal.say(outcome.output)
        guard outcome.exitCode == .success else { throw outcome.exitCode }
    }

    /// The output of the command.
    struct Outcome {
        /// The text for standard output.
        var output = ""
        /// The problems and warnings of the specs, for standard error.
        var explanation = ""
        /// The mistakes in the call, for standard error.
        var complaints: [String] = []
        var exitCode = ExitCode.success
    }

    static let refused = ExitCode(1)
    static let unusable = ExitCode(2)

    func outcome(environment: [String: String], isColored: Bool = false) -> Outcome {
        let configuration: ServeConfiguration
        do {
            configuration = try ServeConfiguration(environment: environment)
        } catch let error as ServeConfiguration.Mistakes {
            return Outcome(complaints: error.mistakes, exitCode: Self.unusable)
        } catch {
            return Outcome(complaints: ["\(error)"], exitCode: Self.unusable)
        }
        let demanded: [ExposedPort]
        do throws(PortOptionMistakes) {
            demanded = try PortOptions.read(targetPort: targetPort, ports: ports)
        } catch {
            return Outcome(complaints: error.mistakes, exitCode: Self.unusable)
        }
        let check = SpecCheck(configuration: configuration, ports: demanded, isArray: !ports.isEmpty)
        let results = files.map { file in
            do { return check.result(file: file, text: try SpecFile.read(file)) } catch {
                return CheckResult(file: file, verdict: .unreadable("\(error)"))
            }
        }
        var outcome = Outcome(exitCode: Self.exitCode(of: results))
        outcome.complaints = results.compactMap(\.complaint)
        switch output {
        case .text:
            outcome.output = results.compactMap(\.acceptance).joined(separator: "---\n")
            outcome.explanation = results.map { $0.diagnostics(isColored: isColored) }.joined()
        case .json:
            outcome.output = CheckResult.json(results) + "\n"
        }
        return outcome
    }

    private static func exitCode(of results: [CheckResult]) -> ExitCode {
        if results.contains(where: { $0.complaint != nil }) { return unusable }
        return results.allSatisfy { $0.acceptance != nil } ? .success : refused
    }
}
