extension Checker {
    private static let maximumContainers = 10
    private static let maximumLabels = 32
    private static let defaultGracePeriod = 5

    /// The whole document. What it returns counts only if no problem was reported.
    func pod(_ document: Element, targetPort: Int?) -> CheckedPod? {
        guard var root = fields(document, "") else { return nil }
        exactly("v1", root.take("apiVersion"), "apiVersion", root.position)
        exactly("Pod", root.take("kind"), "kind", root.position)
        let labels = root.take("metadata").map { self.labels(inMetadata: $0) } ?? [:]
        let specElement = root.take("spec")
        finish(root)
        guard let specElement else {
            report("spec", .required, "is missing", root.position)
            return nil
        }
        return spec(specElement, labels: labels, targetPort: targetPort)
    }

    private func exactly(_ expected: String, _ element: Element?, _ path: String, _ position: Position) {
        guard let element else {
            report(path, .required, "is missing; must be \(expected)", position)
            return
        }
        _ = choice(element, path, of: [expected])
    }

    private func labels(inMetadata element: Element) -> [String: String] {
        guard var metadata = fields(element, "metadata") else { return [:] }
        // The name is ours; theirs is read only to tell the author of a wrong type.
        if let name = metadata.take("name") { _ = string(name, "metadata.name") }
        let labels = metadata.take("labels")
        finish(metadata)
        guard let labels, case .mapping(let entries, let position) = labels else {
            if let labels { report("metadata.labels", .wrongType, "must be a mapping", labels.position) }
            return [:]
        }
        guard entries.count <= Self.maximumLabels else {
            report("metadata.labels", .overMaximum, "has \(entries.count) labels; at most \(Self.maximumLabels) are allowed", position)
            return [:]
        }
        var result: [String: String] = [:]
        for entry in entries {
            let path = "metadata.labels[\(Excerpt.of(entry.key))]"
            guard Grammar.isLabelKey(entry.key) else {
                report(path, .invalidValue, "is not a label key", entry.keyPosition)
                continue
            }
            guard !ReservedLabels.contains(entry.key) else {
                report(
                    path,
                    .notAllowed,
                    "must not be set: it is reserved, as controllers and admission plugins react to it",
                    entry.keyPosition
                )
                continue
            }
            result[entry.key] = text(
                entry.value,
                path,
                Grammar.isLabelValue,
                "a label value of at most 63 letters, digits, '-', '_' and '.'"
            )
        }
        return result
    }

    private func spec(_ element: Element, labels: [String: String], targetPort: Int?) -> CheckedPod? {
        guard var spec = fields(element, "spec") else { return nil }
        forced("Never", spec.take("restartPolicy"), "spec.restartPolicy")
        forced(false, spec.take("automountServiceAccountToken"), "spec.automountServiceAccountToken")
        forced(false, spec.take("enableServiceLinks"), "spec.enableServiceLinks")
        // With 0 the API server drops the Pod without a word from the kubelet, and the port would be free before the container ends.
        let gracePeriod = spec.take("terminationGracePeriodSeconds").flatMap {
            integer($0, "spec.terminationGracePeriodSeconds", in: 1...30)
        }
        let hostname = spec.take("hostname").flatMap { text($0, "spec.hostname", Grammar.isDNSLabel, "a DNS label") }
        let (volumes, volumeNames) = spec.take("volumes").map { self.volumes($0) } ?? ([], [])
        let initial = spec.take("initContainers").map { containers($0, .initial, volumeNames) } ?? []
        let list = required("containers", &spec)
        let main = list.map { containers($0, .main, volumeNames) } ?? []
        finish(spec)
        guard let list, !main.isEmpty else { return nil }
        checkNames(initial + main)
        guard let port = exposedPort(of: main, targetPort: targetPort, list.position) else { return nil }
        let total = total(of: main, initial, volumes, list.position)
        return CheckedPod(
            port: port,
            requestedCPUMilli: total.cpuMilli,
            requestedMemoryBytes: total.memoryBytes,
            requestedEphemeralStorageBytes: total.ephemeralStorageBytes,
            labels: labels,
            spec: PodManifest.Spec(
                activeDeadlineSeconds: 0,
                terminationGracePeriodSeconds: Int64(gracePeriod ?? Self.defaultGracePeriod),
                securityContext: PodManifest.PodSecurityContext(runAsNonRoot: settings.securityProfile == .restricted ? true : nil),
                hostname: hostname,
                imagePullSecrets: settings.imagePullSecrets.nilIfEmpty?.map { PodManifest.LocalObjectReference(name: $0) },
                nodeSelector: settings.nodeSelector.isEmpty ? nil : settings.nodeSelector,
                initContainers: initial.nilIfEmpty?.map(\.manifest),
                containers: main.map(\.manifest),
                volumes: volumes.nilIfEmpty?.map(\.manifest)
            )
        )
    }

    /// A field that is forced may be given with the very value that it is forced to.
    private func forced(_ value: String, _ element: Element?, _ path: String) {
        guard let element, let given = string(element, path), given != value else { return }
        report(path, .notAllowed, "is \(Excerpt.of(given)); it is always \(value) and may be left out", element.position)
    }

    private func forced(_ value: Bool, _ element: Element?, _ path: String) {
        guard let element, let given = bool(element, path), given != value else { return }
        report(path, .notAllowed, "is \(given); it is always \(value) and may be left out", element.position)
    }

    private func containers(_ element: Element, _ kind: ContainerKind, _ volumes: Set<String>) -> [CheckedContainer] {
        let path = kind == .main ? "spec.containers" : "spec.initContainers"
        let elements = list(element, path, maximum: Self.maximumContainers)
        if elements.isEmpty, kind == .main { report(path, .required, "must hold at least one container", element.position) }
        return elements.compactMap { container($0.element, $0.path, kind, volumes) }
    }

    private func checkNames(_ containers: [CheckedContainer]) {
        var seen: Set<String> = []
        for container in containers where !container.manifest.name.isEmpty && !seen.insert(container.manifest.name).inserted {
            report(container.path + ".name", .invalidValue, "is \"\(container.manifest.name)\", as another container's", container.position)
        }
    }

    private func exposedPort(of containers: [CheckedContainer], targetPort: Int?, _ position: Position) -> ExposedPort? {
        let ports = containers.flatMap(\.ports)
        guard ports.count == 1, let checked = ports.first else {
            let found = ports.isEmpty ? "no container port is exposed" : "\(ports.count) container ports are exposed"
            report("spec.containers", .portMismatch, "\(found); a Pod must expose exactly one", position)
            return nil
        }
        guard let port = checked.manifest else { return nil }
        if let targetPort, port.containerPort != targetPort {
            let message = "is \(port.containerPort), but target_port is \(targetPort); they must be equal"
            report(checked.path + ".containerPort", .portMismatch, message, checked.position)
        }
        guard let transport = TransportProtocol(rawValue: port.protocol) else { return nil }
        return ExposedPort(containerPort: port.containerPort, protocol: transport, name: port.name)
    }
}

enum ContainerKind {
    case main
    case initial
}

extension Array {
    var nilIfEmpty: Self? { isEmpty ? nil : self }
}
