import FoundationEssentials
import KubernetesClient
import PodPolicy

/// Runs two Pods that try to connect to what stacks must not reach and to what they must reach, and removes them.
struct Probe: Sendable {
    struct Options: Sendable, Equatable {
        /// An image with `sh` and `nc`.
        var image: String
        /// An address in the Internet.
        var publicAddress: HostPort
    }

    var client: KubernetesClient
    var settings: DoctorSettings
    var options: Options
    /// Addresses of kubelets.
    var nodes: [HostPort]
    /// Distinguishes the Pods of this run.
    var token = String(UInt32.random(in: 0...UInt32.max), radix: 36)

    /// The limit for each Pod, including the pull of the image.
    private static let patience: Duration = .seconds(90)

    /// - Returns: the results, and the names of the Pods that could not be removed.
    /// - Throws: `CancellationError` after the Pods were removed.
    func run() async throws -> (outcome: ProbeOutcome, left: [String]) {
        let outcome: Result<ProbeOutcome, any Error>
        do { outcome = .success(try await attempt()) } catch { outcome = .failure(error) }
        // A separate task, which the caller's cancellation does not reach.
        let left = await Task { await removeAll() }.value
        switch outcome {
        case .success(let outcome): return (outcome, left)
        case .failure(let error as CancellationError): throw error
        case .failure(let error): return (.failed("\(error)"), left)
        }
    }

    private func name(_ role: ProbeRole) -> String { "doctor-\(token)-\(role.rawValue)" }

    private func attempt() async throws -> ProbeOutcome {
        try await removeForgotten()
        var runs: [ProbeOutcome.Run] = []
        let internet = ProbeRole.internet.targets(nodes: nodes, other: nil, publicAddress: options.publicAddress)
        try await create(.internet, internet)
        let address = try await wait(.internet) { pod in
            pod.status?.containerStatuses?.contains { $0.name == "listen" && $0.state?.running != nil } == true ? pod.status?.podIP : nil
        }
        let none = ProbeRole.none.targets(nodes: nodes, other: address, publicAddress: options.publicAddress)
        try await create(.none, none)
        for (role, targets) in [(ProbeRole.none, none), (.internet, internet)] {
            let message = try await wait(role) { pod in
                pod.status?.containerStatuses?.first { $0.name == "try" }?.state?.terminated.map { $0.message ?? "" }
            }
            runs.append(ProbeOutcome.Run(role: role, targets: targets, isOpen: ProbeRole.results(message)))
        }
        return .tried(runs)
    }

    private func create(_ role: ProbeRole, _ targets: [ProbeTarget]) async throws {
        let pod = ProbePod(name: name(role), image: options.image, role: role, script: ProbeRole.script(targets))
        _ = try await client.create(try pod.manifest(settings), as: Pod.self, namespace: settings.namespace)
    }

    /// Asks for the Pod until `result` returns a value.
    /// - Throws: ``ProbeFailure`` if the Pod cannot start, or after the limit.
    private func wait<Value>(_ role: ProbeRole, _ result: (Pod) -> Value?) async throws -> Value {
        let end = ContinuousClock.now + Self.patience
        while true {
            let pod = try await client.get(Pod.self, name: name(role), namespace: settings.namespace)
            if let value = result(pod) { return value }
            if let reason = ProbeFailure.reason(pod) { throw ProbeFailure(reason: reason) }
            guard ContinuousClock.now < end else { throw ProbeFailure(reason: ProbeFailure.reasonOfDelay(pod)) }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Removes what a run left that was killed. Its Pods have ended by themselves.
    private func removeForgotten() async throws {
        let pods = try await client.list(Pod.self, namespace: settings.namespace, labelSelector: "\(ProbePod.label)=true").items
        for pod in pods {
            guard let created = pod.metadata.creationTimestamp, let name = pod.metadata.name else { continue }
            guard Date().timeIntervalSince(created) > Double(2 * ProbePod.deadlineSeconds) else { continue }
            try await delete(name)
        }
    }

    private func delete(_ name: String) async throws {
        do { try await client.delete(Pod.self, name: name, namespace: settings.namespace) } catch let error as KubernetesError
            where error.isNotFound
        { /* gone is what was asked for */  }
    }

    /// - Returns: the names of the Pods that may be left.
    private func removeAll() async -> [String] {
        var left: [String] = []
        for name in ProbeRole.allCases.map(name) {
            do {
                try await delete(name)
                if try await !isGone(name) { left.append(name) }
            } catch {
                left.append(name)
            }
        }
        return left
    }

    private func isGone(_ name: String) async throws -> Bool {
        for _ in 0..<60 {
            do { _ = try await client.get(Pod.self, name: name, namespace: settings.namespace) } catch let error as KubernetesError
                where error.isNotFound
            {
                return true
            }
            try await Task.sleep(for: .milliseconds(500))
        }
        return false
    }
}
