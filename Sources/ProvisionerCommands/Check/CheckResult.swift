import Foundation
import PodPolicy
import Stacks

/// The policy with the settings that `serve` would use.
struct SpecCheck {
    private let policy: PodPolicy
    private let stacks: StackSettings
    private let ports: [ExposedPort]
    private let isArray: Bool

    /// - Parameters:
    ///   - ports: the ports that a spec must expose; empty if any one will do.
    ///   - isArray: true if other ports of a spec are left out.
    init(configuration: ServeConfiguration, ports: [ExposedPort], isArray: Bool) {
        policy = PodPolicy(settings: configuration.policy)
        stacks = configuration.stacks
        self.ports = ports
        self.isArray = isArray
    }

    func result(file: String, text: String) -> CheckResult {
        do {
            let pod = ports.isEmpty ? try policy.check(text) : try policy.check(text, ports: ports, isArray: isArray)
            let manifest = manifest(of: pod)
            return CheckResult(file: file, text: text, verdict: .accepted(pod, manifest, yaml: try manifest.yaml))
        } catch let error as PodSpecRefusal {
            return CheckResult(file: file, text: text, verdict: .refused(error.problems))
        } catch {
            return CheckResult(file: file, text: text, verdict: .unreadable("the Pod cannot be written as YAML: \(error)"))
        }
    }

    /// Returns the manifest with a placeholder name and without labels, since both belong to a created stack.
    private func manifest(of pod: CheckedPod) -> PodManifest {
        pod.manifest(
            name: "stack-0000000000000000",
            namespace: stacks.namespace,
            labels: [:],
            activeDeadlineSeconds: stacks.podDeadlineSeconds
        )
    }
}

/// The result for one file.
struct CheckResult {
    enum Verdict {
        case accepted(CheckedPod, PodManifest, yaml: String)
        case refused([PodSpecProblem])
        case unreadable(String)
    }

    var file: String
    /// The content of the file; empty if it could not be read.
    var text = ""
    var verdict: Verdict

    /// The Pod as YAML, after a line with its requests.
    var acceptance: String? {
        guard case .accepted(let pod, _, let yaml) = verdict else { return nil }
        let ports = "port\(pod.ports.count == 1 ? "" : "s") \(pod.ports.map(\.description).joined(separator: ", "))"
        let (cpu, memory) = (Quantity.cpu(milli: pod.requestedCPUMilli), Quantity.bytes(pod.requestedMemoryBytes))
        return "# \(file): accepted; \(ports), cpu \(cpu), memory \(memory)\n" + yaml
    }

    /// Returns every problem or warning with its place.
    func diagnostics(isColored: Bool) -> String {
        switch verdict {
        case .accepted(let pod, _, _): return Diagnostics.render(pod.warnings, of: text, file: file, isColored: isColored)
        case .refused(let problems):
            let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
            return Diagnostics.render(problems, of: text, file: file) + "\(file): refused: \(count)\n"
        case .unreadable: return ""
        }
    }

    /// The reason for which the file could not be checked.
    var complaint: String? {
        guard case .unreadable(let reason) = verdict else { return nil }
        return "\(file) cannot be read: \(reason)"
    }
}

extension CheckResult: Encodable {
    private enum CodingKeys: String, CodingKey {
        case file, accepted, pod, problems, warnings, error
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encode(acceptance != nil, forKey: .accepted)
        var problems: [PodSpecProblem] = []
        var warnings: [PodSpecWarning] = []
        switch verdict {
        case .accepted(let pod, let manifest, _):
            try container.encode(manifest, forKey: .pod)
            warnings = pod.warnings
        case .refused(let found): problems = found
        case .unreadable(let reason): try container.encode(reason, forKey: .error)
        }
        try container.encode(problems, forKey: .problems)
        try container.encode(warnings, forKey: .warnings)
    }

    static func json(_ results: [CheckResult]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(results), as: UTF8.self)
        } catch {
            preconditionFailure("strings, numbers and lists of them can always be written as JSON: \(error)")
        }
    }
}
