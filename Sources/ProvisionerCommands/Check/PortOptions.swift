import PodPolicy

/// The mistakes in `--target-port` and `--port`.
struct PortOptionMistakes: Error {
    var mistakes: [String]
}

/// The options that name the ports of a spec.
enum PortOptions {
    /// - Returns: the ports that each spec must expose; empty if any port will do.
    static func read(targetPort: Int?, ports: [String]) throws(PortOptionMistakes) -> [ExposedPort] {
        var mistakes: [String] = []
        if targetPort != nil, !ports.isEmpty { mistakes.append("--target-port and --port cannot be used together") }
        if let targetPort, !numbers.contains(targetPort) { mistakes.append("--target-port is \(targetPort); must lie within 1…65535") }
        if ports.count > PodPolicy.maximumPorts {
            mistakes.append("--port is given \(ports.count) times; at most \(PodPolicy.maximumPorts) are allowed")
        }
        var read: [ExposedPort] = []
        for text in ports.prefix(PodPolicy.maximumPorts) {
            if let port = ExposedPort(option: text) {
                if read.contains(port) { mistakes.append("--port \(port) is given twice") }
                read.append(port)
            } else {
                mistakes.append("--port is \"\(text.prefix(40))\"; must be a number within 1…65535, with /TCP or /UDP after it if need be")
            }
        }
        guard mistakes.isEmpty else { throw PortOptionMistakes(mistakes: mistakes) }
        return targetPort.map { [ExposedPort(containerPort: $0, protocol: .tcp)] } ?? read
    }

    fileprivate static let numbers = 1...65535
}

extension ExposedPort {
    /// Parses `8080`, `8080/TCP` or `8080/UDP`.
    fileprivate init?(option text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.first != UInt8(ascii: "+"), let number = Int(parts[0]),
            PortOptions.numbers.contains(number),
            let transport = parts.count == 1 ? .tcp : TransportProtocol(rawValue: parts[1].uppercased())
        else { return nil }
        self.init(containerPort: number, protocol: transport)
    }
}
