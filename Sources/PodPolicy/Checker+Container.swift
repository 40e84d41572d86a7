/// A container that was read, with what the Pod's totals need of it.
struct CheckedContainer {
    var manifest: PodManifest.Container
    var request: ResourceRequest
    var path: String
    var position: Position
}

extension Checker {
    private static let imagePullPolicies = ["Always", "IfNotPresent", "Never"]
    private static let terminationMessagePolicies = ["File", "FallbackToLogsOnError"]

    func container(_ element: Element, _ path: String, _ kind: ContainerKind, _ volumes: Set<String>) -> CheckedContainer? {
        guard var fields = fields(element, path) else { return nil }
        let name = fields.take("name").flatMap { text($0, path + ".name", Grammar.isDNSLabel, "a DNS label") }
        let image = fields.take("image").flatMap { text($0, path + ".image", ImageReference.isValid, "an image reference") }
        let resources = resources(fields.take("resources"), path + ".resources", fields.position)
        var container = PodManifest.Container(
            name: name ?? "",
            image: image ?? "",
            resources: resources?.manifest ?? PodManifest.Resources(ResourceRequest()),
            securityContext: PodManifest.SecurityContext(
                capabilities: PodManifest.Capabilities(add: settings.securityProfile.addedCapabilities)
            )
        )
        container.imagePullPolicy = fields.take("imagePullPolicy").flatMap { choice($0, path + ".imagePullPolicy", of: Self.imagePullPolicies) }
        container.command = fields.take("command").map { strings($0, path + ".command") }
        container.args = fields.take("args").map { strings($0, path + ".args") }
        container.workingDir = fields.take("workingDir").flatMap {
            text($0, path + ".workingDir", Grammar.isAbsolutePath, "an absolute path without '..' and ':'")
        }
        container.env = fields.take("env").map { environment($0, path + ".env") }
        container.volumeMounts = fields.take("volumeMounts").map { volumeMounts($0, path + ".volumeMounts", volumes) }
        container.stdin = fields.take("stdin").flatMap { bool($0, path + ".stdin") }
        container.tty = fields.take("tty").flatMap { bool($0, path + ".tty") }
        container.terminationMessagePolicy = fields.take("terminationMessagePolicy").flatMap {
            choice($0, path + ".terminationMessagePolicy", of: Self.terminationMessagePolicies)
        }
        if kind == .main { readServing(&fields, path, into: &container) }
        finish(fields)
        if name == nil { requireField("name", of: element, path) }
        if image == nil { requireField("image", of: element, path) }
        return CheckedContainer(manifest: container, request: resources?.request ?? ResourceRequest(), path: path, position: fields.position)
    }

    /// What only a container that serves may have; init containers run to their end before.
    private func readServing(_ fields: inout Fields, _ path: String, into container: inout PodManifest.Container) {
        container.ports = fields.take("ports").map { ports($0, path + ".ports") }
        let portNames = Set((container.ports ?? []).compactMap(\.name))
        container.livenessProbe = fields.take("livenessProbe").flatMap { probe($0, path + ".livenessProbe", portNames) }
        container.readinessProbe = fields.take("readinessProbe").flatMap { probe($0, path + ".readinessProbe", portNames) }
        container.startupProbe = fields.take("startupProbe").flatMap { probe($0, path + ".startupProbe", portNames) }
        container.lifecycle = fields.take("lifecycle").flatMap { lifecycle($0, path + ".lifecycle") }
    }

    /// Reports a field that is absent; one that is there and wrong was reported already.
    private func requireField(_ key: String, of element: Element, _ path: String) {
        guard case .mapping(let entries, let position) = element else { return }
        guard entries.first(where: { $0.key == key })?.value.isNull ?? true else { return }
        report("\(path).\(key)", .required, "is missing", position)
    }

    private func ports(_ element: Element, _ path: String) -> [PodManifest.Port] {
        list(element, path, maximum: 16).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let number = fields.take("containerPort")
            let name = fields.take("name").flatMap {
                text($0, path + ".name", Grammar.isPortName, "a port name of at most 15 lower-case letters, digits and hyphens")
            }
            let transport = fields.take("protocol").flatMap { choice($0, path + ".protocol", of: TransportProtocol.allCases.map(\.rawValue)) }
            finish(fields)
            guard let number else {
                report(path + ".containerPort", .required, "is missing", fields.position)
                return nil
            }
            guard let value = integer(number, path + ".containerPort", in: 1...65535) else { return nil }
            return PodManifest.Port(name: name, containerPort: value, protocol: transport ?? TransportProtocol.tcp.rawValue)
        }
    }

    private func environment(_ element: Element, _ path: String) -> [PodManifest.EnvironmentVariable] {
        list(element, path, maximum: 256).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = fields.take("name").flatMap {
                text($0, path + ".name", Grammar.isEnvironmentName, "letters, digits, '_', '-' and '.', not beginning with a digit")
            }
            let value = fields.take("value").flatMap { string($0, path + ".value") }
            let source = fields.take("valueFrom").flatMap { valueFrom($0, path + ".valueFrom") }
            finish(fields)
            if value != nil, source != nil { report(path + ".valueFrom", .notAllowed, "must not be set beside value", fields.position) }
            guard let name else {
                requireField("name", of: element, path)
                return nil
            }
            return PodManifest.EnvironmentVariable(name: name, value: value, valueFrom: source)
        }
    }

    private func valueFrom(_ element: Element, _ path: String) -> PodManifest.ValueFrom? {
        guard var fields = fields(element, path) else { return nil }
        let reference = fields.take("fieldRef")
        finish(fields)
        guard let reference else {
            report(path + ".fieldRef", .required, "is missing; no other source is allowed", fields.position)
            return nil
        }
        guard var inner = self.fields(reference, path + ".fieldRef") else { return nil }
        if let version = inner.take("apiVersion") { _ = choice(version, path + ".fieldRef.apiVersion", of: ["v1"]) }
        let field = inner.take("fieldPath")
        finish(inner)
        guard let field else {
            report(path + ".fieldRef.fieldPath", .required, "is missing", inner.position)
            return nil
        }
        return choice(field, path + ".fieldRef.fieldPath", of: ["metadata.name", "status.podIP"]).map {
            PodManifest.ValueFrom(fieldRef: PodManifest.FieldReference(fieldPath: $0))
        }
    }
}
