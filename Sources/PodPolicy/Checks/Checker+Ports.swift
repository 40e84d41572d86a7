/// A port of the spec. The manifest is nil if the port was rejected.
struct CheckedPort {
    var manifest: PodManifest.Port?
    var path: String
    var position: Position
}

extension Checker {
    /// Limits the length of the message.
    private static let maximumNamedPorts = 8

    func ports(_ element: Element, _ path: String) -> [CheckedPort] {
        list(element, path, maximum: 64).map { element, path in
            CheckedPort(manifest: port(element, path), path: path, position: element.position)
        }
    }

    private func port(_ element: Element, _ path: String) -> PodManifest.Port? {
        guard var fields = fields(element, path) else { return nil }
        let number = required("containerPort", &fields).flatMap { integer($0, path + ".containerPort", in: 1...65535) }
        let name = fields.take("name").flatMap {
            text($0, path + ".name", Grammar.isPortName, "a port name of at most 15 lower-case letters, digits and hyphens")
        }
        let transport = fields.take("protocol").flatMap { choice($0, path + ".protocol", of: TransportProtocol.allCases.map(\.rawValue)) }
        finish(fields)
        return number.map { PodManifest.Port(name: name, containerPort: $0, protocol: transport ?? TransportProtocol.tcp.rawValue) }
    }

    /// Returns the ports that the Pod exposes, and leaves out of the containers all others.
    func exposedPorts(of containers: inout [CheckedContainer], _ demand: PortDemand, _ position: Position) -> [ExposedPort]? {
        switch demand {
        case .any: onlyPort(of: containers, nil, position).map { [$0] }
        case .only(let number): onlyPort(of: containers, number, position).map { [$0] }
        case .list(let ports): listedPorts(ports, of: &containers, position)
        }
    }

    private func onlyPort(of containers: [CheckedContainer], _ number: Int?, _ position: Position) -> ExposedPort? {
        let ports = containers.flatMap(\.ports)
        guard ports.count == 1, let checked = ports.first else {
            report("spec.containers", .portMismatch, Self.wrongNumber(of: ports.count, in: containers), position)
            return nil
        }
        guard let port = checked.manifest else { return nil }
        if let number, port.containerPort != number {
            let message = "is \(port.containerPort), but target_port is \(number); they must be equal"
            report(checked.path + ".containerPort", .portMismatch, message, checked.position)
        }
        return ExposedPort(port)
    }

    private func listedPorts(_ wanted: [ExposedPort], of containers: inout [CheckedContainer], _ position: Position) -> [ExposedPort]? {
        func refuse(_ message: String) { report("spec.containers", .portMismatch, message, position) }
        guard (1...PodPolicy.maximumPorts).contains(wanted.count) else {
            refuse("target_port lists \(wanted.count) ports; must list 1 to \(PodPolicy.maximumPorts)")
            return nil
        }
        // An invalid port is reported already, and may be meant to be one of the list.
        guard containers.allSatisfy({ $0.ports.allSatisfy { $0.manifest != nil } }) else { return nil }
        var names: Set<String> = []
        var found: [ExposedPort] = []
        for port in wanted {
            guard names.insert(port.description).inserted else {
                refuse("target_port lists \(port) twice")
                continue
            }
            let declarations = containers.flatMap { container in
                container.ports.filter { $0.manifest?.text == port.description }.map { (port: $0, container: container) }
            }
            guard declarations.count == 1, let declared = declarations.first?.port.manifest.flatMap({ ExposedPort($0) }) else {
                refuse(
                    declarations.isEmpty
                        ? "target_port lists \(port), which no container exposes; \(Self.exposed(by: containers))"
                        : "\(port) is exposed \(declarations.count) times, by \(Self.named(declarations.map(\.container.name))); exactly one "
                            + "container must expose it, once"
                )
                continue
            }
            found.append(declared)
        }
        for index in containers.indices { leaveOutPorts(of: &containers[index], unless: names) }
        return found.nilIfEmpty
    }

    private func leaveOutPorts(of container: inout CheckedContainer, unless names: Set<String>) {
        var left: [String: Int] = [:]
        for port in container.ports {
            guard let manifest = port.manifest, !names.contains(manifest.text) else { continue }
            if let name = manifest.name { left[name] = manifest.containerPort }
            let message = "\(manifest.text) is left out: target_port does not list it. It still works inside the Pod"
            warn(port.path, message, port.position)
        }
        container.manifest.ports = container.manifest.ports?.filter { names.contains($0.text) }.nilIfEmpty
        container.manifest.replacePortNames(left)
    }

    private static func wrongNumber(of count: Int, in containers: [CheckedContainer]) -> String {
        guard count > 0 else {
            return "no container port is exposed; exactly one must be: the one that players reach, under ports of its container"
        }
        return
            "\(count) container ports are exposed: \(listing(of: containers)); exactly one must be, the one that players reach. Leave the "
            + "others out, since a port that is not declared still works inside the Pod; or list those that players reach: "
            + "target_port [{\"container_port\": …, \"protocol\": …}, …], --port of provisioner check"
    }

    private static func exposed(by containers: [CheckedContainer]) -> String {
        let listing = listing(of: containers)
        return listing.isEmpty ? "no port is exposed" : "exposed are \(listing)"
    }

    private static func listing(of containers: [CheckedContainer]) -> String {
        named(
            containers.flatMap { container in
                container.ports.map { "\($0.manifest?.text ?? "one that is not valid") (container \(container.name))" }
            }
        )
    }

    private static func named(_ names: [String]) -> String {
        let more = names.count > maximumNamedPorts ? ", and \(names.count - maximumNamedPorts) more" : ""
        return names.prefix(maximumNamedPorts).joined(separator: ", ") + more
    }
}

/// The ports that a caller asks for.
enum PortDemand {
    /// One port, whichever it is.
    case any
    /// The port of this number alone, by either protocol.
    case only(Int)
    /// Each of these ports; others are left out.
    case list([ExposedPort])
}

extension CheckedContainer {
    /// The name for messages.
    fileprivate var name: String { manifest.name.isEmpty ? path : manifest.name }
}

extension PodManifest.Port {
    /// Number and protocol: `8080/TCP`.
    fileprivate var text: String { "\(containerPort)/\(`protocol`)" }
}

extension ExposedPort {
    fileprivate init?(_ port: PodManifest.Port) {
        guard let transport = TransportProtocol(rawValue: port.protocol) else { return nil }
        self.init(containerPort: port.containerPort, protocol: transport, name: port.name)
    }
}

extension PodManifest.Container {
    /// Replaces the names of ports that are left out by their numbers in the probes.
    fileprivate mutating func replacePortNames(_ numbers: [String: Int]) {
        livenessProbe?.replacePortNames(numbers)
        readinessProbe?.replacePortNames(numbers)
        startupProbe?.replacePortNames(numbers)
    }
}

extension PodManifest.Probe {
    fileprivate mutating func replacePortNames(_ numbers: [String: Int]) {
        httpGet?.port.replaceName(numbers)
        tcpSocket?.port.replaceName(numbers)
    }
}

extension PodManifest.PortReference {
    fileprivate mutating func replaceName(_ numbers: [String: Int]) {
        if case .name(let name) = self, let number = numbers[name] { self = .number(number) }
    }
}
