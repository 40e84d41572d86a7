import ArgumentParser
import FoundationEssentials
import KubernetesClient
import Logging
import PodPolicy
import UnixSignals

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine every condition of a working installation.",
        discussion: """
            One line for each condition: the API server, its version and clock, each right that the service uses, nodes, capacity and the
            addresses for players, node ports, the namespace with its quotas and limit ranges, a Pod and a Service of the largest stack
            (tried, not created), the runtime class, the store, and whether anything enforces NetworkPolicies. Below each problem stands how
            to mend it.

            It is configured as serve is, by the same environment variables, and may run beside the service. Run it as the account of the
            service to see that account's rights. It changes nothing.

            With --probe it starts two Pods of the image in the namespace, hardened as stacks are. They try to reach what stacks must not
            reach (each other, the API server, the nodes, cloud metadata) and what they must (DNS, the Internet). They are removed at the
            end, also after Ctrl-C, and end by themselves after three minutes. The image needs sh and nc: busybox has both.

            examples:
              provisioner doctor
              provisioner doctor --probe busybox:1.36
              provisioner doctor --output json | jq -r '.checks[] | select(.state != "ok") | .found'
              kubectl -n ctf-provisioner exec deploy/ctf-provisioner -- provisioner doctor

            Exit codes: 0 when all is well, also with warnings; 1 when something is wrong; 2 when not everything could be asked, or the
            configuration is wrong.
            """
    )

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: ArgumentHelp("Start two Pods of this image to see whether NetworkPolicies are enforced.", valueName: "image"))
    var probe: String?

    @Option(name: .customLong("public"), help: ArgumentHelp("The address in the Internet that --probe tries.", valueName: "address:port"))
    var publicAddress = HostPort(host: "1.1.1.1", port: 443)

    @Option(help: "How to print the result: text or json.")
    var output: Output = .text

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let (configuration, kubernetes): (ServeConfiguration, KubernetesConfiguration)
        do { (configuration, kubernetes) = try ServeCommand.configurations(environment) } catch let error as ServeConfiguration.Mistakes {
            for mistake in error.mistakes { Terminal.complain(mistake) }
            throw ExitCode(2)
        }
        let settings = DoctorSettings(configuration)
        do { try Self.requireUsable(probe, settings) } catch let error as PodSpecRefusal {
            Terminal.complain("--probe: the Pod policy refuses a Pod of \(probe ?? ""): \(error)")
            throw ExitCode(2)
        }
        let client: KubernetesClient
        do {
            client = try KubernetesClient(
                configuration: kubernetes,
                requestTimeout: .seconds(10),
                operationTimeout: .seconds(20),
                logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
            )
        } catch let error as KubernetesError {
            Terminal.complain("KUBECONFIG: \(error)")
            throw ExitCode(2)
        }
        let isShown = Terminal.isErrorShown
        let doctor = Doctor(
            settings: settings,
            environment: environment,
            client: client,
            address: kubernetes.server,
            probe: probe.map { Probe.Options(image: $0, publicAddress: publicAddress) },
            progress: { if isShown { Terminal.explain("\u{1B}[2K\rexamining \($0) …") } }
        )
        let report: DoctorReport?
        do { report = try await Self.untilInterrupted(doctor.run) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        if isShown { Terminal.explain("\u{1B}[2K\r") }
        // The exit code of a shell for SIGINT.
        guard let report else { throw ExitCode(130) }
        Terminal.say(output == .json ? try report.json : report.text(Self.style(environment)))
        guard report.exitCode == .success else { throw report.exitCode }
    }

    /// - Throws: ``PodSpecRefusal`` if the policy of this configuration refuses the image.
    private static func requireUsable(_ image: String?, _ settings: DoctorSettings) throws {
        guard let image else { return }
        _ = try ProbePod(name: "probe", image: image, role: .none, script: ":").manifest(settings)
    }

    private static func style(_ environment: [String: String]) -> DoctorReport.Style {
        // https://no-color.org
        Terminal.isOutputShown ? .marked(isColored: environment["NO_COLOR", default: ""].isEmpty) : .plain
    }

    /// Runs `body`; on SIGINT or SIGTERM cancels it and waits until it has cleaned up.
    /// - Returns: nil after a signal.
    private static func untilInterrupted(_ body: @escaping @Sendable () async throws -> DoctorReport) async throws -> DoctorReport? {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: DoctorReport?.self) { group in
            group.addTask {
                do { return try await body() } catch is CancellationError { return nil }
            }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            try await group.waitForAll()
            return first
        }
    }
}
