/// A container that was read, with the values that the Pod-wide checks need.
struct CheckedContainer {
    var manifest: PodManifest.Container
    var request: ResourceRequest
    var ports: [CheckedPort]
    var path: String
    var position: Position
}

extension Checker {
    private static let imagePullPolicies = ["Always", "IfNotPresent", "Never"]
    private static let terminationMessagePolicies = ["File", "FallbackToLogsOnError"]

    func container(_ element: Element, _ path: String, _ kind: ContainerKind, _ volumes: Set<String>) -> CheckedContainer? {
        guard var fields = fields(element, path) else { return nil }
        let name = required("name", &fields).flatMap { text($0, path + ".name", Grammar.isDNSLabel, "a DNS label") }
        let image = required("image", &fields).flatMap { text($0, path + ".image", ImageReference.isValid, "an image reference") }
        let request = resources(fields.take("resources"), path + ".resources", fields.position) ?? ResourceRequest()
        var container = PodManifest.Container(
            name: name ?? "",
            image: image ?? "",
            resources: PodManifest.Resources(request),
            securityContext: PodManifest.SecurityContext(
                runAsUser: settings.runAsUser,
                capabilities: PodManifest.Capabilities(add: settings.securityProfile.addedCapabilities)
            )
        )
        container.imagePullPolicy = fields.take("imagePullPolicy").flatMap {
            choice($0, path + ".imagePullPolicy", of: Self.imagePullPolicies)
        }
        container.command = fields.take("command").map { strings($0, path + ".command") }
        container.args = fields.take("args").map { strings($0, path + ".args") }
        container.workingDir = fields.take("workingDir").flatMap {
            text(
                $0,
                path + ".workingDir",
                Grammar.isWorkingDirectory,
                "an absolute path without '..' and ':', not within /proc, /sys or /dev"
            )
        }
        container.env = fields.take("env").map { environment($0, path + ".env") }
        container.volumeMounts = fields.take("volumeMounts").map { volumeMounts($0, path + ".volumeMounts", volumes) }
        container.stdin = fields.take("stdin").flatMap { bool($0, path + ".stdin") }
        container.tty = fields.take("tty").flatMap { bool($0, path + ".tty") }
        container.terminationMessagePolicy = fields.take("terminationMessagePolicy").flatMap {
            choice($0, path + ".terminationMessagePolicy", of: Self.terminationMessagePolicies)
        }
        leaveOutIfEmpty("securityContext", of: &fields, Refusals.ours)
        leaveOutDefault("stdinOnce", of: &fields) { $0.type == .bool(false) }
        leaveOutDefault("terminationMessagePath", of: &fields, "/dev/termination-log")
        let ports = kind == .main ? readServing(&fields, path, into: &container) : []
        finish(fields)
        return CheckedContainer(
            manifest: container,
            request: request,
            ports: ports,
            path: path,
            position: fields.position
        )
    }

    /// Reads the fields of main containers only; init containers run to their end and may not have these.
    private func readServing(_ fields: inout Fields, _ path: String, into container: inout PodManifest.Container) -> [CheckedPort] {
        let ports = fields.take("ports").map { self.ports($0, path + ".ports") } ?? []
        container.ports = ports.compactMap(\.manifest).nilIfEmpty
        let names = Set((container.ports ?? []).compactMap(\.name))
        container.livenessProbe = fields.take("livenessProbe").flatMap { probe($0, path + ".livenessProbe", names, endsContainer: true) }
        container.readinessProbe = fields.take("readinessProbe").flatMap {
            probe($0, path + ".readinessProbe", names, endsContainer: false)
        }
        container.startupProbe = fields.take("startupProbe").flatMap { probe($0, path + ".startupProbe", names, endsContainer: true) }
        container.lifecycle = fields.take("lifecycle").flatMap { lifecycle($0, path + ".lifecycle") }
        return ports
    }

    private func environment(_ element: Element, _ path: String) -> [PodManifest.EnvironmentVariable] {
        list(element, path, maximum: 256).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = required("name", &fields).flatMap {
                text($0, path + ".name", Grammar.isEnvironmentName, "letters, digits, '_', '-' and '.', not beginning with a digit")
            }
            let value = fields.take("value").flatMap { string($0, path + ".value") }
            let source = fields.take("valueFrom").flatMap { valueFrom($0, path + ".valueFrom") }
            finish(fields)
            if value != nil, source != nil { report(path + ".valueFrom", .notAllowed, "must not be set beside value", fields.position) }
            return name.map { PodManifest.EnvironmentVariable(name: $0, value: value, valueFrom: source) }
        }
    }

    private func valueFrom(_ element: Element, _ path: String) -> PodManifest.ValueFrom? {
        guard var fields = fields(element, path) else { return nil }
        let reference = fields.take("fieldRef")
        let isOnly = finish(fields)
        guard let reference else {
            if isOnly { report(path + ".fieldRef", .required, "is missing; no other source is allowed", fields.position) }
            return nil
        }
        guard var inner = self.fields(reference, path + ".fieldRef") else { return nil }
        if let version = inner.take("apiVersion") { _ = choice(version, path + ".fieldRef.apiVersion", of: ["v1"]) }
        let field = required("fieldPath", &inner)
        finish(inner)
        return field.flatMap { choice($0, path + ".fieldRef.fieldPath", of: ["metadata.name", "status.podIP"]) }.map {
            PodManifest.ValueFrom(fieldRef: PodManifest.FieldReference(fieldPath: $0))
        }
    }
}

enum ContainerKind {
    case main
    case initial
}

extension Array {
    var nilIfEmpty: Self? { isEmpty ? nil : self }
}
