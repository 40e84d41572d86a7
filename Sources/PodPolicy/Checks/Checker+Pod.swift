extension Checker {
    private static let maximumContainers = 10

    /// Reads the whole document. The result is valid only if no problem was reported.
    func pod(_ document: Element, _ ports: PortDemand, _ environment: [String: String]) -> CheckedPod? {
        guard var root = fields(document, "") else { return nil }
        exactly("v1", root.take("apiVersion"), "apiVersion", root.position)
        exactly("Pod", root.take("kind"), "kind", root.position)
        if let metadata = root.take("metadata") { self.metadata(metadata) }
        leaveOutIfEmpty("status", of: &root, "Kubernetes writes it")
        let specElement = root.take("spec")
        finish(root)
        guard let specElement else {
            report("spec", .required, "is missing", root.position)
            return nil
        }
        return spec(specElement, ports, environment)
    }

    private func exactly(_ expected: String, _ element: Element?, _ path: String, _ position: Position) {
        guard let element else {
            report(path, .required, "is missing; must be \(expected)", position)
            return
        }
        _ = choice(element, path, of: [expected])
    }

    private func spec(_ element: Element, _ demand: PortDemand, _ environment: [String: String]) -> CheckedPod? {
        guard var spec = fields(element, "spec") else { return nil }
        let gracePeriod = readForced(&spec)
        let hostname = spec.take("hostname").flatMap { text($0, "spec.hostname", Grammar.isDNSLabel, "a DNS label") }
        let (volumes, volumeNames) = spec.take("volumes").map { self.volumes($0) } ?? ([], [])
        var initial = spec.take("initContainers").map { containers($0, .initial, volumeNames) } ?? []
        let list = required("containers", &spec)
        var main = list.map { containers($0, .main, volumeNames) } ?? []
        finish(spec)
        guard let list, !main.isEmpty else { return nil }
        checkNames(initial + main)
        let ports = exposedPorts(of: &main, demand, list.position)
        let total = total(of: main, initial, volumes, list.position)
        giveRoom(for: volumes, to: &main, &initial)
        guard let ports, let port = ports.first else { return nil }
        return CheckedPod(
            port: port,
            ports: ports,
            requestedCPUMilli: total.cpuMilli,
            requestedMemoryBytes: total.memoryBytes,
            requestedEphemeralStorageBytes: total.ephemeralStorageBytes,
            warnings: warningsByPosition,
            environment: environment,
            spec: PodManifest.Spec(
                activeDeadlineSeconds: 0,
                terminationGracePeriodSeconds: gracePeriod,
                securityContext: PodManifest.PodSecurityContext(runAsNonRoot: settings.securityProfile == .restricted ? true : nil),
                hostname: hostname,
                imagePullSecrets: settings.imagePullSecrets.nilIfEmpty?.map { PodManifest.LocalObjectReference(name: $0) },
                nodeSelector: settings.nodeSelector.isEmpty ? nil : settings.nodeSelector,
                runtimeClassName: settings.runtimeClassName,
                tolerations: settings.tolerations.nilIfEmpty,
                hostUsers: settings.usesUserNamespaces ? false : nil,
                initContainers: initial.nilIfEmpty?.map { $0.manifest.setting(environment) },
                containers: main.map { $0.manifest.setting(environment) },
                volumes: volumes.nilIfEmpty?.map(\.manifest)
            )
        )
    }

    private func containers(_ element: Element, _ kind: ContainerKind, _ volumes: Set<String>) -> [CheckedContainer] {
        let path = kind == .main ? "spec.containers" : "spec.initContainers"
        let elements = list(element, path, maximum: Self.maximumContainers)
        if case .sequence(let given, let position) = element, given.isEmpty, kind == .main {
            report(path, .required, "must hold at least one container", position)
        }
        return elements.compactMap { container($0.element, $0.path, kind, volumes) }
    }

    private func checkNames(_ containers: [CheckedContainer]) {
        var seen: Set<String> = []
        for container in containers where !container.manifest.name.isEmpty && !seen.insert(container.manifest.name).inserted {
            report(container.path + ".name", .invalidValue, "is \"\(container.manifest.name)\", as another container's", container.position)
        }
    }
}

/// Pod fields with a fixed value.
extension Checker {
    /// - Returns: the grace period, the only one of these fields that a spec may choose.
    fileprivate func readForced(_ spec: inout Fields) -> Int64 {
        if let element = spec.take("restartPolicy"),
            let given = choice(element, "spec.restartPolicy", of: ["Never", "Always", "OnFailure"]),
            given != "Never"
        {
            warn("spec.restartPolicy", "is \(given) and is set to Never: a container that ends is not started again", element.position)
        }
        if let element = spec.take("automountServiceAccountToken"), bool(element, "spec.automountServiceAccountToken") == true {
            report("spec.automountServiceAccountToken", .notAllowed, "is true; it is always false and may be left out", element.position)
        }
        if let element = spec.take("enableServiceLinks"), bool(element, "spec.enableServiceLinks") == true {
            let message = "is true and is set to false: the environment would list the Services of other stacks"
            warn("spec.enableServiceLinks", message, element.position)
        }
        leaveOutDefault("dnsPolicy", of: &spec, "ClusterFirst")
        leaveOutDefault("schedulerName", of: &spec, "default-scheduler")
        leaveOutIfEmpty("securityContext", of: &spec, Refusals.ours)
        if case .mapping(_, let position) = spec.value("resources") {
            _ = spec.take("resources")
            warn("spec.resources", "is left out: what the containers ask for is added up instead", position)
        }
        readImagePullSecrets(&spec)
        return gracePeriod(&spec)
    }

    private func readImagePullSecrets(_ spec: inout Fields) {
        guard !settings.imagePullSecrets.isEmpty, let element = spec.take("imagePullSecrets") else { return }
        let path = "spec.imagePullSecrets"
        let names = list(element, path, maximum: 64).compactMap { element, path -> String? in
            guard var fields = fields(element, path) else { return nil }
            let name = required("name", &fields).flatMap { string($0, path + ".name") }
            finish(fields)
            return name
        }
        guard Set(names) != Set(settings.imagePullSecrets) else { return }
        warn(path, "are left out: the operator's are used (STACK_IMAGE_PULL_SECRETS)", element.position)
    }

    private func gracePeriod(_ spec: inout Fields) -> Int64 {
        let path = "spec.terminationGracePeriodSeconds"
        guard let element = spec.take("terminationGracePeriodSeconds"), let seconds = integer(element, path, in: 0...30) else {
            return settings.defaultTerminationGraceSeconds
        }
        // With 0 the API server deletes the Pod without the kubelet's confirmation, and the port would be free before the container ends.
        if seconds == 0 { warn(path, "is 0 and is set to 1: the port would be free before the container has ended", element.position) }
        return Int64(max(1, seconds))
    }
}
