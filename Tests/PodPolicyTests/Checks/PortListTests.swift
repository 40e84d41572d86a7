import Testing

@testable import PodPolicy

@Suite struct PortListTests {
    private static let spec = """
        apiVersion: v1
        kind: Pod
        spec:
          containers:
            - name: web
              image: nginx
              ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9090}]
              readinessProbe: {httpGet: {port: metrics}}
              livenessProbe: {tcpSocket: {port: metrics}}
              startupProbe: {httpGet: {port: http}}
              resources: {limits: {cpu: 100m, memory: 64Mi}}
            - name: dns
              image: coredns
              ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]
              resources: {limits: {cpu: 100m, memory: 64Mi}}
        """

    private static func port(_ number: Int, _ transport: TransportProtocol = .tcp) -> ExposedPort {
        ExposedPort(containerPort: number, protocol: transport)
    }

    private func check(_ ports: [ExposedPort], isArray: Bool = true, _ text: String = spec) throws -> CheckedPod {
        try PodPolicy().check(text, ports: ports, isArray: isArray)
    }

    private func messages(_ ports: [ExposedPort], isArray: Bool = true, _ text: String = spec) -> [String] {
        do throws(PodSpecRefusal) {
            _ = try PodPolicy().check(text, ports: ports, isArray: isArray)
            return []
        } catch {
            #expect(error.problems.allSatisfy { $0.code == "port_mismatch" && $0.path == "spec.containers" })
            return error.problems.map(\.message)
        }
    }

    @Test func `the listed ports are exposed in the order of the list`() throws {
        let pod = try check([Self.port(53, .udp), Self.port(8080), Self.port(53), Self.port(9090)])
        #expect(pod.ports.map(\.description) == ["53/UDP", "8080/TCP", "53/TCP", "9090/TCP"])
        #expect(pod.ports.map(\.name) == [nil, "http", nil, "metrics"])
        #expect(pod.port == pod.ports[0])
        #expect(pod.warnings == [])
        #expect(Invariants.violations(of: pod) == [])
    }

    @Test func `a port that is not listed is left out with a warning`() throws {
        let pod = try check([Self.port(53, .udp)])
        #expect(pod.warnings.map(\.path) == ["spec.containers[0].ports[0]", "spec.containers[0].ports[1]", "spec.containers[1].ports[1]"])
        #expect(pod.warnings.map(\.line) == [7, 7, 14])
        #expect(pod.warnings[1].message == "9090/TCP is left out: target_port does not list it. It still works inside the Pod")
        #expect(pod.manifest.spec.containers.map { $0.ports?.map(\.containerPort) } == [nil, [53]])
        #expect(Invariants.violations(of: pod) == [])
    }

    @Test func `a probe of a port that is left out keeps its number`() throws {
        let container = try check([Self.port(8080)]).manifest.spec.containers[0]
        #expect(container.readinessProbe?.httpGet?.port == .number(9090))
        #expect(container.livenessProbe?.tcpSocket?.port == .number(9090))
        #expect(container.startupProbe?.httpGet?.port == .name("http"))
    }

    @Test func `a listed port that no container exposes is refused with those that are`() {
        #expect(
            messages([Self.port(8080), Self.port(8080, .udp)]) == [
                "target_port lists 8080/UDP, which no container exposes; exposed are 8080/TCP (container web), 9090/TCP (container web), "
                    + "53/UDP (container dns), 53/TCP (container dns)"
            ]
        )
        let none = Specs.minimal.replacing("ports: [{containerPort: 8080}]", with: "ports: []")
        #expect(messages([Self.port(80)], none) == ["target_port lists 80/TCP, which no container exposes; no port is exposed"])
    }

    @Test(arguments: ["ports: [{containerPort: 8080}, {containerPort: 53}]", "ports: [{containerPort: 53}, {containerPort: 53}]"])
    func `a listed port that is exposed more than once is refused with its containers`(ports: String) {
        let text = Self.spec.replacing("ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]", with: ports)
        let names = ports.contains("8080") ? (8080, "web, dns") : (53, "dns, dns")
        let sentence = "\(names.0)/TCP is exposed 2 times, by \(names.1); exactly one container must expose it, once"
        #expect(messages([Self.port(names.0)], text) == [sentence])
        // Nobody asked for it.
        #expect(messages([Self.port(9090)], text) == [])
    }

    @Test func `a list is not empty, names no port twice and has a maximum`() throws {
        #expect(messages([]) == ["target_port lists 0 ports; must list 1 to 24"])
        #expect(messages([Self.port(8080), Self.port(53), Self.port(8080)]) == ["target_port lists 8080/TCP twice"])
        let declared = (1...24).map { "{containerPort: \($0)}" }.joined(separator: ", ")
        let text = Specs.minimal.replacing("{containerPort: 8080}", with: declared)
        #expect(try check((1...24).map { Self.port($0) }, text).ports.count == 24)
        #expect(messages((1...25).map { Self.port($0) }, text) == ["target_port lists 25 ports; must list 1 to 24"])
    }

    @Test func `an invalid port is refused for itself alone`() {
        let text = Self.spec.replacing("containerPort: 9090", with: "containerPort: 0")
        let result = Result { () throws(PodSpecRefusal) in try PodPolicy().check(text, ports: [Self.port(9090)], isArray: true) }
        guard case .failure(let refusal) = result else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.problems.map(\.path).contains("spec.containers[0].ports[1].containerPort"))
        #expect(!refusal.problems.map(\.code).contains("port_mismatch"))
    }

    @Test func `a single number is the only port, by whichever protocol`() throws {
        let udp = Specs.minimal.replacing("containerPort: 8080", with: "containerPort: 8080, protocol: UDP")
        #expect(try check([Self.port(8080)], isArray: false, udp).ports.map(\.description) == ["8080/UDP"])
        #expect(messages([Self.port(8080)], isArray: false).count == 1)
        #expect(messages([Self.port(8080)], isArray: false)[0].contains("target_port [{\"container_port\": …"))
    }
}
