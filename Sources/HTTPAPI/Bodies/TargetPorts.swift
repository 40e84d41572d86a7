import PodPolicy
import Stacks

/// The field `target_port`: a number, or an array of container ports.
struct TargetPorts {
    var ports: [ExposedPort]
    var isArray: Bool

    private static let allowed = "an integer within 1…65535"
    private static let allowedArray = "\(allowed), or an array of 1 to \(StackRecord.maximumPorts) objects with container_port and protocol"

    /// - Returns: nil after a problem.
    init?(_ reader: inout FieldReader) throws {
        let name = "target_port"
        if let elements = try reader.fields.elements(name) {
            guard (1...StackRecord.maximumPorts).contains(elements.count) else {
                reader.problem(name, "is an array of \(elements.count) ports; must be \(Self.allowedArray)")
                return nil
            }
            var found: [ExposedPort] = []
            for (index, element) in elements.enumerated() {
                guard let port = try Self.port(element, "\(name)[\(index)]", &reader) else { continue }
                if found.contains(port) {
                    reader.problem("\(name)[\(index)]", "\(port.containerPort) \(port.protocol.rawValue) stands twice; must stand once")
                }
                found.append(port)
            }
            guard found.count == elements.count else { return nil }
            self.init(ports: found, isArray: true)
        } else {
            guard let number = try reader.value(name, Self.allowedArray, Self.number) else { return nil }
            self.init(ports: [ExposedPort(containerPort: number, protocol: .tcp)], isArray: false)
        }
    }

    private init(ports: [ExposedPort], isArray: Bool) {
        self.ports = ports
        self.isArray = isArray
    }

    /// Reads one element of the array.
    private static func port(_ text: [UInt8], _ path: String, _ reader: inout FieldReader) throws -> ExposedPort? {
        guard text.first == UInt8(ascii: "{") else {
            reader.problem(path, "is no object; must be one with container_port and protocol")
            return nil
        }
        var fields = FieldReader(try JSONObject(text), path: path + ".")
        let unknown = fields.fields.names.filter { !["container_port", "protocol"].contains($0) }
        for name in unknown.prefix(5) { fields.problem(String(name.prefix(80)), "is unknown; must be container_port or protocol") }
        let number = try fields.value("container_port", allowed, Self.number)
        let names = TransportProtocol.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        let transport = try fields.optional("protocol", names) { $0.string.flatMap { TransportProtocol(rawValue: $0) } }
        reader.add(fields.problems)
        guard let number, fields.problems.isEmpty else { return nil }
        return ExposedPort(containerPort: number, protocol: transport ?? .tcp)
    }

    private static func number(_ value: JSONValue) -> Int? {
        value.integer.flatMap { (1...65535).contains($0) ? Int($0) : nil }
    }

    /// A text from which the ports can be read again: `8080` or `[8080/TCP,53/UDP]`.
    var notation: String {
        guard isArray else { return ports.map { "\($0.containerPort)" }.joined() }
        return "[" + ports.map { "\($0.containerPort)/\($0.protocol.rawValue)" }.joined(separator: ",") + "]"
    }
}
