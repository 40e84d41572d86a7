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
        list(element, path, maximum: 16).map { element, path in
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

    func exposedPort(of containers: [CheckedContainer], targetPort: Int?, _ position: Position) -> ExposedPort? {
        let ports = containers.flatMap(\.ports)
        guard ports.count == 1, let checked = ports.first else {
            report("spec.containers", .portMismatch, Self.wrongNumber(of: ports.count, in: containers), position)
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

    private static func wrongNumber(of count: Int, in containers: [CheckedContainer]) -> String {
        guard count > 0 else {
            return "no container port is exposed; exactly one must be: the one that players reach, under ports of its container"
        }
        let named = containers.flatMap { container in
            container.ports.map { port in
                let number = port.manifest.map { "\($0.containerPort)/\($0.protocol)" } ?? "one that is not valid"
                return "\(number) (container \(container.manifest.name.isEmpty ? container.path : container.manifest.name))"
            }
        }
        let more = count > maximumNamedPorts ? ", and \(count - maximumNamedPorts) more" : ""
        return
            "\(count) container ports are exposed: \(named.prefix(maximumNamedPorts).joined(separator: ", "))\(more); exactly one must be, "
            + "the one that players reach. Leave the others out: a port that is not declared still works inside the Pod"
    }
}
