import Foundation
import KubernetesClient
import StackCluster
import Testing

@testable import ProvisionerCommands

@Suite struct ClusterChecksTests {
    private static let start = Date(timeIntervalSince1970: 1_700_000_000)

    private static func server(_ version: String = "v1.30.4", off seconds: Double = 0, took: Double = 0.2) -> Answer<ServerInformation> {
        // The header has whole seconds.
        let date = Date(timeIntervalSince1970: (start.timeIntervalSince1970 + took / 2 + seconds).rounded(.down))
        return .found(ServerInformation(version: version, date: date, sent: start, received: start.addingTimeInterval(took)))
    }

    @Test(
        arguments: [(0, .ok), (0.9, .ok), (-0.9, .ok), (3, .ok), (10, .warning), (-10, .warning), (600, .wrong), (-1e9, .wrong)]
            as [(Double, Check.State)]
    )
    func `a difference of the clocks counts beyond the header's precision`(seconds: Double, state: Check.State) {
        let checks = Check.server(Self.server(off: seconds), address: "https://x")
        #expect(checks.last?.state == state, "\(checks)")
        if state != .ok { #expect(checks.last?.found.contains(seconds > 0 ? "behind" : "ahead of") == true) }
    }

    @Test func `a slow response does not look like a wrong clock`() {
        #expect(Check.server(Self.server(took: 9), address: "x").last?.state == .ok)
    }

    @Test(
        arguments: [
            ("v1.20.2", .ok), ("v1.36.0-gke.1", .ok), ("v1.19.16", .warning), ("v1.37.0", .warning), ("v0.0.0-master+abc", .ok), ("", .ok),
            ("v1.", .ok),
            ("v1.99999999999999999999.0", .ok),
        ] as [(String, Check.State)]
    )
    func `a version outside the tested ones is a warning`(version: String, state: Check.State) {
        #expect(Check.server(Self.server(version), address: "x")[0].state == state)
    }

    @Test func `an API server that does not answer cannot be asked`() {
        let checks = Check.server(.failed("refused"), address: "https://x:6443")
        #expect(checks.map(\.state) == [.unknown])
        #expect(checks[0].found.contains("https://x:6443"))
    }

    private static func error(_ message: String, field: String? = "spec.ports[0].nodePort") throws -> KubernetesError {
        let text =
            #"{"kind":"Status","message":"\#(message)","reason":"Invalid","details":{"causes":[{"message":"\#(message)"\#(field.map { #","field":"\#($0)""# } ?? "")}]}}"#
        let status = try JSONDecoder().decode(Status.self, from: Data(text.utf8))
        return KubernetesError(.status, message, code: 422, status: status)
    }

    @Test(
        arguments: [
            ("Invalid value: 1: provided port is not in the valid range. The range of valid ports is 30000-32767", 30000...32767),
            ("provided port is not in the valid range. The range of valid ports is 80-80", 80...80),
            ("provided port is already allocated", nil), ("The range of valid ports is 9-3", nil),
            ("The range of valid ports is 999999-9999999", nil),
        ] as [(String, ClosedRange<Int>?)]
    )
    func `the range is read from the refusal of a port`(message: String, range: ClosedRange<Int>?) throws {
        #expect(NodePortRange.refused(try Self.error(message)) == range)
        #expect(NodePortRange.refused(try Self.error(message, field: nil)) == range)
    }

    private static func service(_ ports: [Int], in namespace: String, health: Int? = nil) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: "s", namespace: namespace),
            spec: Service.Spec(ports: ports.map { Service.Port(port: 80, nodePort: $0) })
        )
        service.spec?.healthCheckNodePort = health
        return service
    }

    @Test(
        arguments: [
            (30000...32767, [], .ok), (30000...30009, [30000, 30001], .ok), (30000...30009, Array(30000...30008) + [5], .ok),
            (30000...30009, Array(30000...30009), .wrong), (20000...32767, [], .wrong), (30000...32768, [], .wrong),
        ] as [(ClosedRange<Int>, [Int], Check.State)]
    )
    func `the range must lie within the API server's and have free ports`(ours: ClosedRange<Int>, taken: [Int], state: Check.State) throws {
        var settings = try DoctorSettings.forTests()
        settings.nodePorts = ours
        let check = Check.nodePorts(.found(30000...32767), services: .found([Self.service(taken, in: "other")]), settings)
        #expect(check.state == state, "\(check)")
    }

    @Test func `ports of other namespaces are told apart, and one that few are left is a warning`() throws {
        var settings = try DoctorSettings.forTests()
        settings.nodePorts = 30000...30019
        let services = [Self.service(Array(30000...30008), in: "stacks"), Self.service(Array(30009...30017), in: "lb", health: 30018)]
        let check = Check.nodePorts(.found(30000...32767), services: .found(services), settings)
        #expect(check.state == .warning)
        #expect(check.found.contains("19 of 20 are taken, 10 of them by other namespaces"), "\(check.found)")
    }

    @Test func `a missing right is named with its use and the way to get it`() throws {
        let right = try #require(Right.all.first)
        let settings = try DoctorSettings.forTests(["STACK_NAMESPACE": "ctf"])
        let questions = right.questions(namespace: "ctf")
        let check = Check.rights(right, questions.map { ($0, .found($0.verb != "delete")) }, settings)
        #expect(check.state == .wrong)
        #expect(check.found.contains("may not delete pods, delete services in namespace ctf"), "\(check.found)")
        #expect(check.advice?.contains("deploy/base/rbac.yaml") == true)
        #expect(Check.rights(right, questions.map { ($0, .found(true)) }, settings).state == .ok)
        #expect(Check.rights(right, questions.map { ($0, .failed("timed out")) }, settings).state == .unknown)
    }
}
