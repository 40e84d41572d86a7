extension Checker {
    func probe(_ element: Element, _ path: String, _ portNames: Set<String>) -> PodManifest.Probe? {
        guard var fields = fields(element, path) else { return nil }
        var probe = PodManifest.Probe()
        probe.exec = fields.take("exec").flatMap { exec($0, path + ".exec") }
        probe.httpGet = fields.take("httpGet").flatMap { httpGet($0, path + ".httpGet", portNames) }
        probe.tcpSocket = fields.take("tcpSocket").flatMap { tcpSocket($0, path + ".tcpSocket", portNames) }
        probe.grpc = fields.take("grpc").flatMap { grpc($0, path + ".grpc") }
        probe.initialDelaySeconds = fields.take("initialDelaySeconds").flatMap { integer($0, path + ".initialDelaySeconds", in: 0...3600) }
        probe.timeoutSeconds = fields.take("timeoutSeconds").flatMap { integer($0, path + ".timeoutSeconds", in: 1...300) }
        probe.periodSeconds = fields.take("periodSeconds").flatMap { integer($0, path + ".periodSeconds", in: 1...3600) }
        probe.successThreshold = fields.take("successThreshold").flatMap { integer($0, path + ".successThreshold", in: 1...100) }
        probe.failureThreshold = fields.take("failureThreshold").flatMap { integer($0, path + ".failureThreshold", in: 1...1000) }
        probe.terminationGracePeriodSeconds = fields.take("terminationGracePeriodSeconds").flatMap {
            integer($0, path + ".terminationGracePeriodSeconds", in: 1...30)
        }
        finish(fields)
        let handlers = [probe.exec != nil, probe.httpGet != nil, probe.tcpSocket != nil, probe.grpc != nil].count { $0 }
        if handlers != 1 {
            report(path, .invalidValue, "has \(handlers) valid handlers; needs exactly one of exec, httpGet, tcpSocket and grpc", fields.position)
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
        finish(fields)
        guard let action else {
            report(path + ".exec", .required, "is missing; no other kind of hook is allowed", fields.position)
            return nil
        }
        return exec(action, path + ".exec").map { PodManifest.LifecycleHandler(exec: $0) }
    }

    private func exec(_ element: Element, _ path: String) -> PodManifest.ExecAction? {
        guard var fields = fields(element, path) else { return nil }
        let command = fields.take("command").map { strings($0, path + ".command") }
        finish(fields)
        guard let command, !command.isEmpty else {
            report(path + ".command", .required, "must hold the program to run", fields.position)
            return nil
        }
        return PodManifest.ExecAction(command: command)
    }

    private func httpGet(_ element: Element, _ path: String, _ portNames: Set<String>) -> PodManifest.HTTPGetAction? {
        guard var fields = fields(element, path) else { return nil }
        let port = fields.take("port")
        let urlPath = fields.take("path").flatMap { text($0, path + ".path", { Grammar.isBounded($0, 0...2048) }, "at most 2048 bytes") }
        let scheme = fields.take("scheme").flatMap { choice($0, path + ".scheme", of: ["HTTP", "HTTPS"]) }
        let headers = fields.take("httpHeaders").map { httpHeaders($0, path + ".httpHeaders") }
        finish(fields)
        return portReference(port, path + ".port", portNames, fields.position).map {
            PodManifest.HTTPGetAction(path: urlPath, port: $0, scheme: scheme, httpHeaders: headers)
        }
    }

    private func httpHeaders(_ element: Element, _ path: String) -> [PodManifest.HTTPHeader] {
        list(element, path, maximum: 16).compactMap { element, path in
            guard var fields = fields(element, path) else { return nil }
            let name = fields.take("name").flatMap { text($0, path + ".name", Grammar.isHeaderName, "a header name") }
            let value = fields.take("value").flatMap { text($0, path + ".value", { !$0.contains(where: \.isNewline) }, "one line") }
            finish(fields)
            guard let name else {
                report(path + ".name", .required, "is missing or invalid", fields.position)
                return nil
            }
            return PodManifest.HTTPHeader(name: name, value: value ?? "")
        }
    }

    private func tcpSocket(_ element: Element, _ path: String, _ portNames: Set<String>) -> PodManifest.TCPSocketAction? {
        guard var fields = fields(element, path) else { return nil }
        let port = fields.take("port")
        finish(fields)
        return portReference(port, path + ".port", portNames, fields.position).map { PodManifest.TCPSocketAction(port: $0) }
    }

    private func grpc(_ element: Element, _ path: String) -> PodManifest.GRPCAction? {
        guard var fields = fields(element, path) else { return nil }
        let port = fields.take("port").flatMap { integer($0, path + ".port", in: 1...65535) }
        let service = fields.take("service").flatMap { text($0, path + ".service", { Grammar.isBounded($0, 0...256) }, "at most 256 bytes") }
        finish(fields)
        guard let port else {
            report(path + ".port", .required, "is missing or invalid", fields.position)
            return nil
        }
        return PodManifest.GRPCAction(port: port, service: service)
    }

    /// A number, or the name of a port of the same container.
    private func portReference(_ element: Element?, _ path: String, _ names: Set<String>, _ position: Position) -> PodManifest.PortReference? {
        guard let element else {
            report(path, .required, "is missing", position)
            return nil
        }
        if case .scalar(let scalar) = element, scalar.isPlain, YAMLTypes.isDecimalInteger(scalar.text) {
            return integer(element, path, in: 1...65535).map { .number($0) }
        }
        return text(element, path, names.contains, "a port number or the name of one of the container's ports").map { .name($0) }
    }
}
