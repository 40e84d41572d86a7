import Testing

@testable import PodPolicy

/// The kubelet ends a Pod that writes more, its volumes included, than the limits of its containers allow together.
@Suite struct StorageTests {
    private static let disk = "  volumes: [{name: a, emptyDir: {sizeLimit: 1Gi}}, {name: b, emptyDir: {medium: Memory, sizeLimit: 16Mi}}]"

    private func storage(_ text: String, default bytes: Int64 = 256 << 20) throws -> [String?] {
        var settings = PodPolicySettings()
        settings.defaultEphemeralStorageBytes = bytes
        let pod = try PodPolicy(settings: settings).check(text)
        #expect(Invariants.violations(of: pod, settings: settings) == [])
        let spec = pod.manifest.spec
        return (spec.containers + (spec.initContainers ?? [])).map(\.resources.requests.ephemeralStorage)
    }

    @Test func `a volume on disk can be filled`() throws {
        #expect(try storage(Specs.minimal) == ["256Mi"])
        #expect(try storage(Specs.spec(pod: Self.disk)) == ["1280Mi"])
        #expect(try storage(Specs.spec(pod: "  volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]")) == ["384Mi"])
    }

    @Test func `a volume is counted once, whatever the number of containers`() throws {
        let second = "    - {name: b, image: x, resources: {limits: {cpu: 1m, memory: 4Mi, ephemeral-storage: 100Mi}}}"
        #expect(try storage(Specs.spec(pod: Self.disk, after: second)) == ["1280Mi", "100Mi"])
    }

    @Test func `an init container can fill it, too`() throws {
        let initial = "\n  initContainers: [{name: i, image: x, resources: {limits: {cpu: 1m, memory: 4Mi, ephemeral-storage: 512Mi}}}]"
        #expect(try storage(Specs.spec(pod: Self.disk + initial)) == ["1280Mi", "1536Mi"])
    }

    @Test func `what an author names with the volume beside it is not counted twice`() {
        let spec = { (size: String) in
            Specs.spec(pod: Self.disk).replacing("memory: 64Mi", with: "memory: 64Mi, ephemeral-storage: \(size)")
        }
        #expect(Specs.problems(spec("1Gi")) == [])
        #expect(Specs.problems(spec("1025Mi")).map(\.code) == ["over_maximum"])
    }

    @Test func `none is requested at all when the operator says so`() throws {
        #expect(try storage(Specs.minimal, default: 0) == [nil])
        #expect(try storage(Specs.spec(pod: Self.disk), default: 0) == [nil])
        let yaml = try PodPolicy(settings: Self.none).check(Specs.spec(pod: Self.disk)).manifest.yaml
        #expect(!yaml.contains("ephemeral-storage"))
        #expect(yaml.contains("sizeLimit: 1Gi"))
    }

    @Test func `a container that names some has the volumes added, even if others have none`() throws {
        let second = "    - {name: b, image: x, resources: {limits: {cpu: 1m, memory: 4Mi, ephemeral-storage: 100Mi}}}"
        #expect(try storage(Specs.spec(pod: Self.disk, after: second), default: 0) == [nil, "1124Mi"])
    }

    private static let none: PodPolicySettings = {
        var settings = PodPolicySettings()
        settings.defaultEphemeralStorageBytes = 0
        return settings
    }()
}
