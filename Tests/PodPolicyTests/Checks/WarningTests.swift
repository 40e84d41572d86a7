import Testing

@testable import PodPolicy

@Suite struct WarningTests {
    private func warnings(_ text: String, _ settings: PodPolicySettings = PodPolicySettings()) throws -> [PodSpecWarning] {
        let pod = try PodPolicy(settings: settings).check(text)
        #expect(Invariants.violations(of: pod, settings: settings) == [])
        return pod.warnings
    }

    @Test(arguments: [
        ("  restartPolicy: Always", "spec.restartPolicy"), ("  restartPolicy: OnFailure", "spec.restartPolicy"),
        ("  terminationGracePeriodSeconds: 0", "spec.terminationGracePeriodSeconds"),
        ("  enableServiceLinks: true", "spec.enableServiceLinks"),
        ("  securityContext: {}", "spec.securityContext"), ("  securityContext: {runAsUser: null}", "spec.securityContext"),
        ("  resources: {limits: {cpu: 1}}", "spec.resources"), ("  volumes: [{name: v}]", "spec.volumes[0]"),
    ])
    func `a harmless difference in a Pod is set right and told`(line: String, path: String) throws {
        let warnings = try warnings(Specs.spec(pod: line))
        #expect(warnings.map(\.path) == [path])
        #expect(warnings.map(\.line) == [7])
        #expect(warnings.allSatisfy { ($0.column ?? 0) > 2 })
    }

    @Test(arguments: [
        ("  namespace: default", "metadata.namespace"), ("  labels: {app: web}", "metadata.labels"),
        ("  annotations: {a: b}", "metadata.annotations"),
    ])
    func `a harmless difference in the metadata is left out and told`(line: String, path: String) throws {
        #expect(try warnings(Specs.spec(metadata: line)).map(\.path) == [path])
    }

    @Test func `an empty security context of a container, and an empty status, are left out and told`() throws {
        #expect(try warnings(Specs.spec(container: "      securityContext: {}")).map(\.path) == ["spec.containers[0].securityContext"])
        #expect(try warnings(Specs.minimal + "\nstatus: {}\n").map(\.path) == ["status"])
    }

    @Test(arguments: [
        "  restartPolicy: Never", "  automountServiceAccountToken: false", "  enableServiceLinks: false", "  dnsPolicy: ClusterFirst",
        "  schedulerName: default-scheduler", "  terminationGracePeriodSeconds: 1", "  securityContext: null",
        "  volumes: [{name: v, emptyDir: }]",
        "  volumes: [{name: v, emptyDir: {}}]", "  imagePullSecrets:",
    ])
    func `what the Pod gets anyway needs no warning`(line: String) throws {
        #expect(try warnings(Specs.spec(pod: line)) == [])
    }

    @Test(arguments: [
        "      stdinOnce: false", "      terminationMessagePath: /dev/termination-log", "      securityContext: ~",
    ])
    func `what a container gets anyway needs no warning`(line: String) throws {
        #expect(try warnings(Specs.spec(container: line)) == [])
        #expect(try warnings(Specs.spec(metadata: "  creationTimestamp: null\n  labels: {}\n  annotations: {}") + "\nstatus: null\n") == [])
    }

    @Test func `pull secrets of the author are left out where the operator has some, and refused where not`() throws {
        var settings = PodPolicySettings()
        settings.imagePullSecrets = ["registry"]
        let spec = Specs.spec(pod: "  imagePullSecrets: [{name: mine}]")
        #expect(try warnings(spec, settings).map(\.path) == ["spec.imagePullSecrets"])
        #expect(try warnings(spec.replacing("mine", with: "registry"), settings) == [])
        #expect(try PodPolicy(settings: settings).check(spec).manifest.spec.imagePullSecrets?.map(\.name) == ["registry"])
        #expect(Specs.problems(spec).map(\.path) == ["spec.imagePullSecrets"])
        #expect(Specs.problems(spec.replacing("name: mine", with: "nam: mine"), settings: settings).count == 2)
    }

    @Test func `a grace period of 0 becomes the shortest`() throws {
        let pod = try PodPolicy().check(Specs.spec(pod: "  terminationGracePeriodSeconds: 0"))
        #expect(pod.manifest.spec.terminationGracePeriodSeconds == 1)
    }

    @Test(arguments: ["{name: v}", "{name: v, emptyDir: }", "{name: v, emptyDir: null, hostPath: null}", "{name: v, emptyDir: {}}"])
    func `a volume without a source is an emptyDir, as for Kubernetes`(volume: String) throws {
        let spec = Specs.spec(pod: "  volumes: [\(volume)]", container: "      volumeMounts: [{name: v, mountPath: /v}]")
        #expect(try PodPolicy().check(spec).manifest.spec.volumes?.map(\.emptyDir) == [PodManifest.EmptyDir(sizeLimit: "64Mi")])
    }

    @Test func `what kubectl run prints gets no more than warnings`() throws {
        let entry = try #require(try Corpus().entries.first { $0.name == "accept-dry-run.yaml" })
        #expect(
            try warnings(entry.text).map(\.path) == [
                "metadata.labels", "metadata.namespace", "metadata.annotations", "spec.containers[0].securityContext",
                "spec.enableServiceLinks", "spec.restartPolicy", "spec.securityContext", "spec.terminationGracePeriodSeconds", "status",
            ]
        )
    }

    @Test func `warnings are few and short, whatever the author writes`() throws {
        let long = String(repeating: "x\u{1F4A9}", count: 5000)
        let volumes = (0..<16).map { "{name: v\($0)}" }.joined(separator: ", ")
        let initial = (0..<6).map { "{name: i\($0), image: x, securityContext: {}, resources: {limits: {cpu: 1m, memory: 4Mi}}}" }
        let text = Specs.spec(
            metadata: "  namespace: \"\(long)\"\n  labels: {a: \"\(long)\"}",
            pod: "  volumes: [\(volumes)]\n  initContainers: [\(initial.joined(separator: ", "))]"
        )
        let warnings = try warnings(text)
        #expect(warnings.count == PodSpecWarning.maximumCount)
        #expect(warnings.map { $0.message.utf8.count }.reduce(0, +) < 4096)
    }
}
