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

    /// Identities, injected containers and ways through the network are given by label: `aadpodidbinding`, `admission.datadoghq.com/enabled`.
    @Test(arguments: ["aadpodidbinding", "ctf-provisioner.dev/stack-id", "app", "istio.io/rev", "pod-template-hash"])
    func `no label of the author reaches the Pod`(label: String) throws {
        let ours = ["ctf-provisioner.dev/stack-id": "stack-0123456789abcdef"]
        let pod = try PodPolicy().check(Specs.spec(metadata: "  labels: {\(label): theirs}\n  annotations: {\(label): theirs}"))
        let manifest = pod.manifest(name: "n", namespace: "s", labels: ours, activeDeadlineSeconds: 1)
        #expect(manifest.metadata.labels == ours)
        #expect(manifest.metadata.name == "n")
        #expect(manifest.metadata.namespace == "s")
        #expect(try !manifest.yaml.contains("theirs"))
        #expect(pod.warnings.map(\.path) == ["metadata.labels", "metadata.annotations"])
    }

    @Test(arguments: SecurityProfile.allCases)
    func `an operator's user is forced on every container`(profile: SecurityProfile) throws {
        var settings = PodPolicySettings()
        settings.securityProfile = profile
        settings.runAsUser = 1000
        let initial = "  initContainers: [{name: i, image: x, resources: {limits: {cpu: 1m, memory: 4Mi}}}]"
        let pod = try PodPolicy(settings: settings).check(Specs.spec(pod: initial))
        #expect(Invariants.violations(of: pod, settings: settings) == [])
        #expect(pod.manifest.spec.containers[0].securityContext.runAsUser == 1000)
        #expect(pod.manifest.spec.initContainers?[0].securityContext.runAsUser == 1000)
        #expect(try pod.manifest.yaml.contains("      runAsUser: 1000\n"))
        #expect(try !PodPolicy().check(Specs.minimal).manifest.yaml.contains("runAsUser"))
    }

    @Test func `the grace period is the operator's unless the author names one`() throws {
        #expect(try PodPolicy().check(Specs.minimal).manifest.spec.terminationGracePeriodSeconds == 1)
        var settings = PodPolicySettings()
        settings.defaultTerminationGraceSeconds = 7
        #expect(try PodPolicy(settings: settings).check(Specs.minimal).manifest.spec.terminationGracePeriodSeconds == 7)
        let named = Specs.spec(pod: "  terminationGracePeriodSeconds: 3")
        #expect(try PodPolicy(settings: settings).check(named).manifest.spec.terminationGracePeriodSeconds == 3)
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

    @Test func `runtime class, tolerations and user namespace are the operator's, on every Pod`() throws {
        var settings = PodPolicySettings()
        settings.runtimeClassName = "gvisor"
        settings.tolerations = [
            PodToleration(key: "ctf", value: "", effect: .noSchedule), PodToleration(key: "spot", value: nil, effect: .noExecute),
        ]
        settings.usesUserNamespaces = true
        let pod = try PodPolicy(settings: settings).check(Specs.minimal)
        #expect(Invariants.violations(of: pod, settings: settings) == [])
        let text = try pod.manifest.yaml
        #expect(text.contains("  hostUsers: false\n") && text.contains("  runtimeClassName: gvisor\n"))
        let tolerations = """
              tolerations:
              - effect: NoSchedule
                key: ctf
                operator: Equal
                value: ''
              - effect: NoExecute
                key: spot
                operator: Exists

            """
        #expect(text.contains(tolerations), "\(text)")
        let plain = try PodPolicy().check(Specs.minimal).manifest.yaml
        #expect(!plain.contains("hostUsers") && !plain.contains("runtimeClassName") && !plain.contains("tolerations"))
    }
}
