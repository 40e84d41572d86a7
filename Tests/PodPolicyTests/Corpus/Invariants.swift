import PodPolicy

/// What must hold of every manifest and of every refusal, whatever the input was. Written without a look at how the policy does it, and
/// compiled into the fuzzer too, so that it uses nothing but what is public.
enum Invariants {
    static func violations(of pod: CheckedPod, settings: PodPolicySettings = PodPolicySettings()) -> [String] {
        let manifest = pod.manifest(name: "stack-0", namespace: "stacks", labels: ["ours": "1"], activeDeadlineSeconds: 60)
        let spec = manifest.spec
        let containers = spec.containers + (spec.initContainers ?? [])
        let totals = containers.map(\.resources)
        let facts: [(String, Bool)] = [
            ("name and namespace", manifest.metadata.name == "stack-0" && manifest.metadata.namespace == "stacks"),
            ("labels", manifest.metadata.labels == ["ours": "1"]),
            ("restartPolicy", spec.restartPolicy == "Never"),
            ("automountServiceAccountToken", !spec.automountServiceAccountToken),
            ("enableServiceLinks", !spec.enableServiceLinks),
            ("activeDeadlineSeconds", spec.activeDeadlineSeconds == 60),
            ("terminationGracePeriodSeconds", (1...30).contains(spec.terminationGracePeriodSeconds)),
            ("seccompProfile", spec.securityContext.seccompProfile.type == "RuntimeDefault"),
            ("runAsNonRoot", (spec.securityContext.runAsNonRoot == true) == (settings.securityProfile == .restricted)),
            ("imagePullSecrets", (spec.imagePullSecrets ?? []).map(\.name) == settings.imagePullSecrets),
            ("nodeSelector", (spec.nodeSelector ?? [:]) == settings.nodeSelector),
            ("runtimeClassName", spec.runtimeClassName == settings.runtimeClassName),
            ("tolerations", (spec.tolerations ?? []) == settings.tolerations),
            ("hostUsers", spec.hostUsers == (settings.usesUserNamespaces ? false : nil)),
            ("ports", havePorts(pod.ports, spec.containers) && pod.ports.first == pod.port),
            ("no port on init containers", (spec.initContainers ?? []).allSatisfy { $0.ports == nil }),
            (
                "no probe or hook on init containers",
                (spec.initContainers ?? []).allSatisfy { $0.livenessProbe == nil && $0.lifecycle == nil }
            ),
            ("unique names", Set(containers.map(\.name)).count == containers.count),
            ("security context", containers.allSatisfy { isLockedUp($0.securityContext, settings) }),
            ("requests are limits", totals.allSatisfy { $0.requests == $0.limits }),
            (
                "totals",
                (1...settings.maximumCPUMilli).contains(pod.requestedCPUMilli)
                    && (1...settings.maximumMemoryBytes).contains(pod.requestedMemoryBytes)
            ),
            (
                "volumes",
                (spec.volumes ?? []).allSatisfy { ["Memory", nil].contains($0.emptyDir.medium) && !$0.emptyDir.sizeLimit.isEmpty }
            ),
            ("mounts", containers.flatMap { $0.volumeMounts ?? [] }.allSatisfy(isHarmless(mount:))),
            ("working directory", containers.compactMap(\.workingDir).allSatisfy { !isKernels(path: $0) }),
            ("images", containers.map(\.image).allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x21..<0x7F).contains($0) } }),
            ("room for volumes", hasRoomForVolumes(spec)),
            ("warnings", areReadable(pod.warnings)),
            ("memory", totals.allSatisfy { (Quantity($0.limits.memory)?.value() ?? 0) >= 4 << 20 }),
        ]
        return facts.filter { !$0.1 }.map(\.0)
    }

    static func violations(of refusal: PodSpecRefusal) -> [String] {
        let length = refusal.problems.map { $0.path.utf8.count + $0.message.utf8.count + 4 }.reduce(0, +)
        let facts: [(String, Bool)] = [
            ("one to twenty problems", (1...PodSpecRefusal.maximumProblems).contains(refusal.problems.count)),
            ("a short answer", length < 8 * 1024),
            ("printable", refusal.problems.allSatisfy { !($0.path + $0.message).utf8.contains { $0 < 0x20 || $0 == 0x7F } }),
            ("places", refusal.problems.allSatisfy { ($0.line ?? 1) >= 1 && ($0.column ?? 1) >= 1 }),
        ]
        return facts.filter { !$0.1 }.map(\.0)
    }

    /// The Pod declares what its Service leads to, and nothing else.
    private static func havePorts(_ ports: [ExposedPort], _ containers: [PodManifest.Container]) -> Bool {
        let declared = containers.flatMap { $0.ports ?? [] }.map { "\($0.containerPort)/\($0.protocol)" }
        return declared.count == ports.count && Set(declared) == Set(ports.map(\.description)) && Set(declared).count == declared.count
    }

    private static func isLockedUp(_ context: PodManifest.SecurityContext, _ settings: PodPolicySettings) -> Bool {
        let baseline = [
            "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID", "SYS_CHROOT",
        ]
        return !context.privileged && !context.allowPrivilegeEscalation && context.capabilities.drop == ["ALL"]
            && context.capabilities.add == (settings.securityProfile == .baseline ? baseline : nil)
            && context.runAsUser == settings.runAsUser
    }

    /// What the kubelet compares all that the Pod writes with: its containers' limits, as Kubernetes adds them up.
    private static func hasRoomForVolumes(_ spec: PodManifest.Spec) -> Bool {
        let limits = { (containers: [PodManifest.Container]) in
            containers.compactMap(\.resources.limits.ephemeralStorage).compactMap { Quantity($0)?.value() }
        }
        let volumes = (spec.volumes ?? []).filter { $0.emptyDir.medium == nil }.compactMap { Quantity($0.emptyDir.sizeLimit)?.value() }
        let (main, initial) = (limits(spec.containers), limits(spec.initContainers ?? []))
        let limit = max(main.reduce(0, +), initial.max() ?? 0)
        return (main.isEmpty && initial.isEmpty) || limit > volumes.reduce(0, +)
    }

    private static func areReadable(_ warnings: [PodSpecWarning]) -> Bool {
        warnings.count <= PodSpecWarning.maximumCount
            && warnings.allSatisfy { warning in
                !(warning.path + warning.message).utf8.contains { $0 < 0x20 || $0 == 0x7F } && (warning.line ?? 0) >= 1
                    && (warning.column ?? 0) >= 1 && warning.message.utf8.count < 400
            }
    }

    private static func isHarmless(mount: PodManifest.VolumeMount) -> Bool {
        let steps = (mount.subPath ?? "").utf8.split(separator: UInt8(ascii: "/"))
        return mount.mountPath.utf8.first == UInt8(ascii: "/") && !steps.contains { $0.elementsEqual("..".utf8) }
            && (!isKernels(path: mount.mountPath) || mount.mountPath.contains("shm"))
    }

    /// As the kernel resolves a path, byte by byte.
    private static func isKernels(path: String) -> Bool {
        var resolved: [String] = []
        for step in path.utf8.split(separator: UInt8(ascii: "/")) {
            switch String(decoding: step, as: UTF8.self) {
            case ".": break
            case "..": _ = resolved.popLast()
            case let name: resolved.append(name)
            }
        }
        return ["proc", "sys", "dev"].contains(resolved.first)
    }
}
