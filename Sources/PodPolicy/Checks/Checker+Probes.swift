extension Checker {
    /// Reads a probe.
    /// - Parameter endsContainer: true for liveness and startup probes, whose failure ends the container: Kubernetes requires a success
    ///   threshold of 1 for them and allows a grace period.
    func probe(_ element: Element, _ path: String, _ portNames: Set<String>, endsContainer: Bool) -> PodManifest.Probe? {
        guard var fields = fields(element, path) else { return nil }
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].count { fields.value($0) != nil }
        var probe = PodManifest.Probe()
        probe.exec = fields.take("exec").flatMap { exec($0, path + ".exec") }
        probe.httpGet = fields.take("httpGet").flatMap { httpGet($0, path + ".httpGet", portNames) }
        probe.tcpSocket = fields.take("tcpSocket").flatMap { tcpSocket($0, path + ".tcpSocket", portNames) }
        probe.grpc = fields.take("grpc").flatMap { grpc($0, path + ".grpc") }
        probe.initialDelaySeconds = fields.take("initialDelaySeconds").flatMap { integer($0, path + ".initialDelaySeconds", in: 0...3600) }
        probe.timeoutSeconds = fields.take("timeoutSeconds").flatMap { integer($0, path + ".timeoutSeconds", in: 1...300) }
        probe.periodSeconds = fields.take("periodSeconds").flatMap { integer($0, path + ".periodSeconds", in: 1...3600) }
        probe.successThreshold = fields.take("successThreshold").flatMap {
            integer($0, path + ".successThreshold", in: 1...(endsContainer ? 1 : 100))
        }
        probe.failureThreshold = fields.take("failureThreshold").flatMap { integer($0, path + ".failureThreshold", in: 1...1000) }
        if endsContainer {
            probe.terminationGracePeriodSeconds = fields.take("terminationGracePeriodSeconds").flatMap {
                integer($0, path + ".terminationGracePeriodSeconds", in: 1...30)
            }
        }
        finish(fields)
        if handlers != 1 {
            report(path, .invalidValue, "has \(handlers) handlers; needs exactly one of exec, httpGet, tcpSocket and grpc", fields.position)
        }
        return probe
    }

    func lifecycle(_ element: Element, _ path: String) -> PodManifest.Lifecycle? {
        guard var fields = fields(element, path) else { return nil }
        let lifecycle = PodManifest.Lifecycle(
            postStart: fields.take("postStart").flatMap { handler($0, path + ".postStart") },
            preStop: fields.take("preStop").flatMap { handler($0, path + ".preStop") }
        )
        finish(fields)
        return lifecycle
    }

    private func handler(_ element: Element, _ path: String) -> PodManifest.LifecycleHandler? {
        guard var fields = fields(element, path) else { return nil }
        let action = fields.take("exec")
        let isOnly = finish(fields)
        guard let action else {
            if isOnly { report(path + ".exec", .required, "is missing; no other kind of hook is allowed", fields.position) }
            return nil
        }
        return exec(action, path + ".exec").map { PodManifest.LifecycleHandler(exec: $0) }
    }

    private func exec(_ element: Element, _ path: String) -> PodManifest.ExecAction? {
        guard var fields = fields(element, path) else { return nil }
        let command = required("command", &fields)
        finish(fields)
        guard let command else { return nil }
        if case .sequence(let elements, let position) = command, elements.isEmpty {
            report(path + ".command", .required, "must hold the program to run", position)
        }
        return PodManifest.ExecAction(command: strings(command, path + ".command"))
    }

    private func httpGet(_ element: Element, _ path: String, _ portNames: Set<String>) -> PodManifest.HTTPGetAction? {
        guard var fields = fields(element, path) else { return nil }
        let port = required("port", &fields)
        let urlPath = fields.take("path").flatMap { text($0, path + ".path", Grammar.isURLPath, "at most 2048 bytes of printable text") }
        let scheme = fields.take("scheme").flatMap { choice($0, path + ".scheme", of: ["HTTP", "HTTPS"]) }
        let headers = fields.take("httpHeaders").map { httpHeaders($0, path + ".httpHeaders") }
        finish(fields)
        return port.flatMap { portReference($0, path + ".port", portNames) }.map {
            PodManifest.HTTPGetAction(path: urlPath, port: $0, scheme: scheme, httpHeaders: headers)
        }
    }

    private func httpHeaders(_ element: Element, _ path: String) -> [PodManifest.HTTPHeader] {
        list(element, path, maximum: 16).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = required("name", &fields).flatMap { text($0, path + ".name", Grammar.isHeaderName, "a header name") }
            let value = fields.take("value").flatMap { text($0, path + ".value", Grammar.isHeaderValue, "one line of at most 1024 bytes") }
            finish(fields)
            return name.map { PodManifest.HTTPHeader(name: $0, value: value ?? "") }
        }
    }

    private func tcpSocket(_ element: Element, _ path: String, _ portNames: Set<String>) -> PodManifest.TCPSocketAction? {
        guard var fields = fields(element, path) else { return nil }
        let port = required("port", &fields)
        finish(fields)
        return port.flatMap { portReference($0, path + ".port", portNames) }.map { PodManifest.TCPSocketAction(port: $0) }
    }

    private func grpc(_ element: Element, _ path: String) -> PodManifest.GRPCAction? {
        guard var fields = fields(element, path) else { return nil }
        let port = required("port", &fields).flatMap { integer($0, path + ".port", in: 1...65535) }
        let service = fields.take("service").flatMap {
            text($0, path + ".service", Grammar.isHeaderValue, "one line of at most 1024 bytes")
        }
        finish(fields)
        return port.map { PodManifest.GRPCAction(port: $0, service: service) }
    }

    /// Reads a port number, or the name of a port of the same container.
    private func portReference(_ element: Element, _ path: String, _ names: Set<String>) -> PodManifest.PortReference? {
        if case .scalar(let scalar) = element, case .integer = scalar.type {
            return integer(element, path, in: 1...65535).map { .number($0) }
        }
        return text(element, path, names.contains, "a port number or the name of one of the container's ports").map { .name($0) }
    }
}
