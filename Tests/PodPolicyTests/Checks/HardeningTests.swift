import Testing

@testable import PodPolicy

@Suite struct HardeningTests {
    @Test(arguments: SecurityProfile.allCases)
    func `everything is forced`(profile: SecurityProfile) throws {
        var settings = PodPolicySettings()
        settings.securityProfile = profile
        settings.imagePullSecrets = ["registry"]
        settings.nodeSelector = ["role": "stack"]
        let pod = try PodPolicy(settings: settings).check(Specs.minimal)
        #expect(Invariants.violations(of: pod, settings: settings) == [])
    }

    @Test func `our labels win over the author's`() throws {
        let pod = try PodPolicy().check(Specs.spec(metadata: "  labels: {a: theirs, b: theirs}"))
        let manifest = pod.manifest(name: "n", namespace: "s", labels: ["a": "ours"], activeDeadlineSeconds: 1)
        #expect(manifest.metadata.labels == ["a": "ours", "b": "theirs"])
        #expect(manifest.metadata.name == "n")
        #expect(manifest.metadata.namespace == "s")
    }

    /// A Service selects by one label of ours, and only we can set it.
    @Test func `no label that is accepted is one of ours`() throws {
        let ours = ["ctf-provisioner.dev/stack-id": "stack-0123456789abcdef", "app.kubernetes.io/managed-by": "ctf-provisioner"]
        let pod = try PodPolicy().check(
            Specs.spec(metadata: "  labels: {stack-id: x, ctf-provisioner.dev: x, example.com/stack-id: x, notctf-provisioner.dev/x: z}")
        )
        let labels = pod.manifest(name: "n", namespace: "s", labels: ours, activeDeadlineSeconds: 1).metadata.labels
        #expect(
            labels.filter { $0.key.contains("ctf-provisioner.dev/") && !$0.key.hasPrefix("not") } == [
                "ctf-provisioner.dev/stack-id": "stack-0123456789abcdef"
            ]
        )
        #expect(labels.count == 6)
    }

    @Test(arguments: SecurityProfile.allCases)
    func `the profiles add no capability beyond what the Pod Security Standards' baseline allows`(profile: SecurityProfile) {
        let baseline: Set<String> = [
            "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
            "SETUID", "SYS_CHROOT",
        ]
        #expect(baseline.isSuperset(of: profile.addedCapabilities ?? []))
        #expect(profile != .restricted || profile.addedCapabilities == nil)
    }

    @Test func `volumes are bounded even if the author names no size`() throws {
        let pod = try PodPolicy().check(Specs.spec(pod: "  volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {medium: Memory}}]"))
        #expect(pod.manifest.spec.volumes?.map(\.emptyDir.sizeLimit) == ["64Mi", "64Mi"])
        #expect(pod.requestedMemoryBytes == 128 << 20)
    }
}
