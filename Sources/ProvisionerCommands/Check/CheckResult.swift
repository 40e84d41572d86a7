import Foundation
import PodPolicy
import Stacks

/// The policy as `serve` would apply it.
struct SpecCheck {
    private let policy: PodPolicy
    private let stacks: StackSettings
    private let targetPort: Int?

    init(configuration: ServeConfiguration, targetPort: Int?) {
        policy = PodPolicy(settings: configuration.policy)
        stacks = configuration.stacks
        self.targetPort = targetPort
    }

    func result(file: String, text: String) -> CheckResult {
        do throws(PodSpecRefusal) {
            let pod = if let targetPort { try policy.check(text, targetPort: targetPort) } else { try policy.check(text) }
            return CheckResult(file: file, verdict: .accepted(pod, manifest(of: pod)))
        } catch {
            return CheckResult(file: file, verdict: .refused(error.problems, text: text))
        }
    }

    /// Its name and our labels are known only once there is a stack.
    private func manifest(of pod: CheckedPod) -> PodManifest {
        pod.manifest(
            name: "stack-0000000000000000",
            namespace: stacks.namespace,
            labels: [:],
            activeDeadlineSeconds: (stacks.timeToLive + stacks.podDeadlineSlack).components.seconds
        )
    }
}

/// What came out for one file.
struct CheckResult {
    enum Verdict {
        case accepted(CheckedPod, PodManifest)
        case refused([PodSpecProblem], text: String)
        case unreadable(String)
    }

    var file: String
    var verdict: Verdict

    /// The Pod as YAML, under a line that tells what it takes.
    var acceptance: String? {
        guard case .accepted(let pod, let manifest) = verdict else { return nil }
        let port = "\(pod.port.containerPort)/\(pod.port.protocol.rawValue)"
        let (cpu, memory) = (Quantity.cpu(milli: pod.requestedCPUMilli), Quantity.bytes(pod.requestedMemoryBytes))
        return "# \(file): accepted; port \(port), cpu \(cpu), memory \(memory)\n" + manifest.yaml
    }

    /// Every problem with its place.
    var diagnostics: String? {
        guard case .refused(let problems, let text) = verdict else { return nil }
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return Diagnostics.render(problems, of: text, file: file) + "\(file): refused: \(count)\n"
    }

    /// Why the file could not be checked.
    var complaint: String? {
        guard case .unreadable(let reason) = verdict else { return nil }
        return "\(file) cannot be read: \(reason)"
    }
}

extension CheckResult: Encodable {
    private enum CodingKeys: String, CodingKey {
        case file, accepted, pod, problems, error
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encode(acceptance != nil, forKey: .accepted)
        var problems: [PodSpecProblem] = []
        switch verdict {
        case .accepted(_, let manifest): try container.encode(manifest, forKey: .pod)
        case .refused(let found, _): problems = found
        case .unreadable(let reason): try container.encode(reason, forKey: .error)
        }
        try container.encode(problems, forKey: .problems)
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
