import ArgumentParser
import Foundation
import PodPolicy

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check Pod specs against the policy, offline.",
        discussion: """
            Prints each Pod as it would be created, or every problem with its line and column. Exit codes: 0 when every spec is accepted,
            1 when one is refused, 2 when one cannot be read.

            STACK_MAX_CPU, STACK_MAX_MEMORY, STACK_SECURITY_PROFILE and the other variables of `serve` that concern Pods are respected.
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

    @Option(help: "The port that the Pod must expose.")
    var targetPort: Int?

    func run() throws {
        let configuration: ServeConfiguration
        do { configuration = try ServeConfiguration(environment: ProcessInfo.processInfo.environment) } catch let error
            as ServeConfiguration.Mistakes
        {
            for mistake in error.mistakes { Terminal.complain(mistake) }
            throw ExitCode(2)
        }
        let policy = PodPolicy(settings: configuration.policy)
        var results: [CheckResult] = []
        for file in files {
            do {
                results.append(CheckResult(file: file, text: try Self.read(file), policy: policy, targetPort: targetPort))
            } catch {
                Terminal.complain("\(file) cannot be read: \(error)")
                throw ExitCode(2)
            }
        }
        switch output {
        case .text: for result in results { Terminal.say(result.report) }
        case .json: Terminal.say(try CheckResult.json(results) + "\n")
        }
        guard results.allSatisfy({ $0.problems.isEmpty }) else { throw ExitCode(1) }
    }

    private static func read(_ file: String) throws -> String {
        let data = file == "-" ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(filePath: file))
        return String(decoding: data, as: UTF8.self)
    }
}

/// What the policy says of one file.
struct CheckResult: Encodable {
    var file: String
    var accepted: Bool
    var pod: String?
    var problems: [PodSpecProblem] = []
    private let text: String

    enum CodingKeys: String, CodingKey { case file, accepted, pod, problems }

    init(file: String, text: String, policy: PodPolicy, targetPort: Int?) {
        self.file = file
        self.text = text
        do throws(PodSpecRefusal) {
            let pod = if let targetPort { try policy.check(text, targetPort: targetPort) } else { try policy.check(text) }
            accepted = true
            self.pod = pod.manifest(name: "stack-0000000000000000", namespace: "stacks", labels: [:], activeDeadlineSeconds: 7320).yaml
        } catch {
            accepted = false
            problems = error.problems
        }
    }

    var report: String {
        guard let pod else { return Diagnostics.render(problems, of: text, file: file) }
        return "# \(file): accepted\n" + pod
    }

    static func json(_ results: [CheckResult]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(results), as: UTF8.self)
    }
}
