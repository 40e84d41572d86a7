import Testing

@testable import PodPolicy

@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var pod = ""
        var container = ""
        var metadata = ""
        var path: String
        var code = "not_allowed"
        var testDescription: String { path }
    }

    @Test(arguments: [
        Case(pod: "  hostNetwork: true", path: "spec.hostNetwork"),
        Case(pod: "  hostNetwork: false", path: "spec.hostNetwork"),
        Case(pod: "  hostPID: true", path: "spec.hostPID"),
        Case(pod: "  hostIPC: true", path: "spec.hostIPC"),
        Case(pod: "  hostUsers: true", path: "spec.hostUsers"),
        Case(pod: "  shareProcessNamespace: true", path: "spec.shareProcessNamespace"),
        Case(pod: "  securityContext: {seccompProfile: {type: Unconfined}}", path: "spec.securityContext"),
        Case(pod: "  serviceAccountName: default", path: "spec.serviceAccountName"),
        Case(pod: "  serviceAccount: default", path: "spec.serviceAccount"),
        Case(pod: "  nodeName: node-1", path: "spec.nodeName"),
        Case(pod: "  nodeSelector: {a: b}", path: "spec.nodeSelector"),
        Case(pod: "  affinity: {}", path: "spec.affinity"),
        Case(pod: "  tolerations: [{operator: Exists}]", path: "spec.tolerations"),
        Case(pod: "  schedulerName: x", path: "spec.schedulerName"),
        Case(pod: "  priorityClassName: system-node-critical", path: "spec.priorityClassName"),
        Case(pod: "  priority: 1", path: "spec.priority"),
        Case(pod: "  runtimeClassName: x", path: "spec.runtimeClassName"),
        Case(pod: "  activeDeadlineSeconds: 999999", path: "spec.activeDeadlineSeconds"),
        Case(pod: "  imagePullSecrets: [{name: x}]", path: "spec.imagePullSecrets"),
        Case(pod: "  ephemeralContainers: [{name: x}]", path: "spec.ephemeralContainers"),
        Case(pod: "  hostAliases: [{ip: 1.2.3.4}]", path: "spec.hostAliases"),
        Case(pod: "  dnsPolicy: None", path: "spec.dnsPolicy"),
        Case(pod: "  subdomain: x", path: "spec.subdomain"),
        Case(pod: "  madeUpField: 1", path: "spec.madeUpField"),
        Case(pod: "  automountServiceAccountToken: true", path: "spec.automountServiceAccountToken"),
        Case(pod: "  terminationGracePeriodSeconds: -1", path: "spec.terminationGracePeriodSeconds", code: "invalid_value"),
        Case(pod: "  terminationGracePeriodSeconds: 31", path: "spec.terminationGracePeriodSeconds", code: "invalid_value"),
        Case(pod: "  hostname: a.b", path: "spec.hostname", code: "invalid_value"),
        Case(pod: "  volumes: [{name: v, hostPath: {path: /}}]", path: "spec.volumes[0].hostPath"),
        Case(pod: "  volumes: [{name: v, secret: {secretName: x}}]", path: "spec.volumes[0].secret"),
        Case(pod: "  volumes: [{name: v, emptyDir: {}, configMap: {name: x}}]", path: "spec.volumes[0].configMap"),
        Case(pod: "  volumes: [{name: v, projected: {}}]", path: "spec.volumes[0].projected"),
        Case(pod: "  volumes: [{name: v, csi: {driver: x}}]", path: "spec.volumes[0].csi"),
        Case(pod: "  volumes: [{name: v, nfs: {server: x}}]", path: "spec.volumes[0].nfs"),
        Case(pod: "  volumes: [{name: v, emptyDir: {sizeLimit: 3Gi}}]", path: "spec.volumes[0].emptyDir.sizeLimit", code: "over_maximum"),
        Case(container: "      securityContext: {privileged: true}", path: "spec.containers[0].securityContext"),
        Case(container: "      envFrom: [{secretRef: {name: x}}]", path: "spec.containers[0].envFrom"),
        Case(
            container: "      env: [{name: A, valueFrom: {secretKeyRef: {name: x, key: y}}}]",
            path: "spec.containers[0].env[0].valueFrom.secretKeyRef"
        ),
        Case(
            container: "      env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]",
            path: "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath",
            code: "invalid_value"
        ),
        Case(container: "      volumeDevices: [{name: x, devicePath: /dev/x}]", path: "spec.containers[0].volumeDevices"),
        Case(container: "      restartPolicy: Always", path: "spec.containers[0].restartPolicy"),
        Case(container: "      terminationMessagePath: /x", path: "spec.containers[0].terminationMessagePath"),
        Case(container: "      livenessProbe: {httpGet: {port: 1, host: 1.2.3.4}}", path: "spec.containers[0].livenessProbe.httpGet.host"),
        Case(
            container: "      livenessProbe: {tcpSocket: {port: 1, host: 1.2.3.4}}",
            path: "spec.containers[0].livenessProbe.tcpSocket.host"
        ),
        Case(container: "      livenessProbe: {}", path: "spec.containers[0].livenessProbe", code: "invalid_value"),
        Case(container: "      lifecycle: {preStop: {httpGet: {port: 1}}}", path: "spec.containers[0].lifecycle.preStop.httpGet"),
        Case(
            container: "      volumeMounts: [{name: v, mountPath: /a}]",
            path: "spec.containers[0].volumeMounts[0].name",
            code: "invalid_value"
        ),
        Case(container: "      image2: x", path: "spec.containers[0].image2"),
        Case(container: "      workingDir: a", path: "spec.containers[0].workingDir", code: "invalid_value"),
        Case(metadata: "  finalizers: [a]", path: "metadata.finalizers"),
        Case(metadata: "  ownerReferences: []", path: "metadata.ownerReferences"),
        Case(metadata: "  labels: [a]", path: "metadata.labels", code: "wrong_type"),
        Case(metadata: "  annotations: a", path: "metadata.annotations", code: "wrong_type"),
        Case(metadata: "  namespace: 1", path: "metadata.namespace", code: "wrong_type"),
        Case(metadata: "  generateName: x-", path: "metadata.generateName"),
        Case(pod: "  restartPolicy: always", path: "spec.restartPolicy", code: "invalid_value"),
        Case(pod: "  enableServiceLinks: \"true\"", path: "spec.enableServiceLinks", code: "wrong_type"),
        Case(pod: "  dnsPolicy: Default", path: "spec.dnsPolicy"),
        Case(pod: "  dnsPolicy: [ClusterFirst]", path: "spec.dnsPolicy"),
        Case(pod: "  schedulerName: custom", path: "spec.schedulerName"),
        Case(pod: "  resources: 1", path: "spec.resources"),
        Case(pod: "  securityContext: {runAsUser: 1000}", path: "spec.securityContext"),
        Case(container: "      securityContext: {runAsNonRoot: true}", path: "spec.containers[0].securityContext"),
        Case(container: "      stdinOnce: true", path: "spec.containers[0].stdinOnce"),
        Case(container: "      terminationMessagePath: /flag", path: "spec.containers[0].terminationMessagePath"),
    ])
    func `a field that is not allowed is refused with its path`(row: Case) {
        let problems = Specs.problems(Specs.spec(metadata: row.metadata, pod: row.pod, container: row.container))
        #expect(problems.contains { $0.path == row.path && $0.code == row.code }, "\(problems)")
    }

    @Test(arguments: [
        ("apiVersion: v1", "apiVersion: v2", "apiVersion"), ("apiVersion: v1", "apiVersion: apps/v1", "apiVersion"),
        ("kind: Pod", "kind: pod", "kind"), ("kind: Pod", "kind: Deployment", "kind"),
        ("image: nginx:1.27", "image: Bad Image", "spec.containers[0].image"),
        ("name: web", "name: Web", "spec.containers[0].name"), ("name: web", "name: 1", "spec.containers[0].name"),
        ("containerPort: 8080", "containerPort: \"8080\"", "spec.containers[0].ports[0].containerPort"),
        ("containerPort: 8080", "containerPort: 8080, hostPort: 80", "spec.containers[0].ports[0].hostPort"),
        ("containerPort: 8080", "containerPort: 8080, hostIP: 1.2.3.4", "spec.containers[0].ports[0].hostIP"),
        ("containerPort: 8080", "containerPort: 8081", "spec.containers[0].ports[0].containerPort"),
        ("containerPort: 8080", "containerPort: 8080, protocol: SCTP", "spec.containers[0].ports[0].protocol"),
        ("containerPort: 8080}", "containerPort: 8080}, {containerPort: 8081}", "spec.containers"),
        ("ports: [{containerPort: 8080}]", "ports: []", "spec.containers"),
        ("cpu: 100m", "cpu: 2001m", "spec.containers"), ("memory: 64Mi", "memory: 513Mi", "spec.containers"),
        ("cpu: 100m", "cpu: 0", "spec.containers[0].resources.limits.cpu"),
        ("cpu: 100m", "cpu: -1", "spec.containers[0].resources.limits.cpu"),
        ("cpu: 100m, ", "", "spec.containers[0].resources.limits.cpu"),
        ("memory: 64Mi", "memory: 1e30", "spec.containers[0].resources.limits.memory"),
        ("memory: 64Mi", "memory: 64Mi, nvidia.com/gpu: 1", "spec.containers[0].resources.limits.nvidia.com/gpu"),
        ("resources: {limits: {cpu: 100m, memory: 64Mi}}", "resources: {}", "spec.containers[0].resources.limits.cpu"),
    ])
    func `a value that is not allowed is refused with its path`(good: String, bad: String, path: String) {
        let problems = Specs.problems(Specs.minimal.replacing(good, with: bad))
        #expect(problems.contains { $0.path == path }, "\(problems)")
    }

    @Test func `ports and probes of init containers are refused`() {
        let initial =
            "  initContainers: [{name: i, image: x, resources: {limits: {cpu: 1m, memory: 4Mi}}, ports: [{containerPort: 1}], livenessProbe: {}}]"
        let paths = Specs.problems(Specs.spec(pod: initial)).map(\.path)
        #expect(paths == ["spec.initContainers[0].ports", "spec.initContainers[0].livenessProbe"])
    }

    @Test func `two containers of one name are refused, also across kinds`() {
        let initial = "  initContainers: [{name: web, image: x, resources: {limits: {cpu: 1m, memory: 4Mi}}}]"
        #expect(Specs.problems(Specs.spec(pod: initial)).map(\.path) == ["spec.containers[0].name"])
    }

    @Test func `memory volumes count as memory`() {
        let volumes = "  volumes: [{name: a, emptyDir: {medium: Memory, sizeLimit: 449Mi}}]"
        #expect(Specs.problems(Specs.spec(pod: volumes)).map(\.code) == ["over_maximum"])
        #expect(Specs.problems(Specs.spec(pod: volumes.replacing("449", with: "448"))) == [])
    }

    @Test func `volumes count beside init containers too`() {
        let pod = """
              initContainers: [{name: i, image: x, resources: {limits: {cpu: 1m, memory: 500Mi}}}]
              volumes: [{name: a, emptyDir: {medium: Memory, sizeLimit: 13Mi}}]
            """
        #expect(Specs.problems(Specs.spec(pod: pod)).map(\.code) == ["over_maximum"])
        #expect(Specs.problems(Specs.spec(pod: pod.replacing("13Mi", with: "12Mi"))) == [])
    }

    @Test func `what only some probes may have is refused for the others`() {
        let liveness = "      livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}"
        #expect(Specs.problems(Specs.spec(container: liveness)).map(\.path) == ["spec.containers[0].livenessProbe.successThreshold"])
        let readiness = "      readinessProbe: {tcpSocket: {port: 1}, successThreshold: 2, terminationGracePeriodSeconds: 5}"
        #expect(
            Specs.problems(Specs.spec(container: readiness)).map(\.path) == [
                "spec.containers[0].readinessProbe.terminationGracePeriodSeconds"
            ]
        )
        let startup = "      startupProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 31}"
        #expect(
            Specs.problems(Specs.spec(container: startup)).map(\.path) == ["spec.containers[0].startupProbe.terminationGracePeriodSeconds"]
        )
    }

    @Test func `many small things that add up are refused`() {
        let container = { (number: Int) in "    - {name: c\(number), image: x, resources: {limits: {cpu: 1m, memory: 4Mi}}}" }
        #expect(Specs.problems(Specs.spec(after: (0..<10).map(container).joined(separator: "\n"))).first?.code == "over_maximum")
        #expect(Specs.problems(Specs.spec(after: (0..<7).map(container).joined(separator: "\n"))) == [])
        // Scratch space that nobody asked for counts as well: eight containers make 2Gi.
        #expect(Specs.problems(Specs.spec(after: (0..<8).map(container).joined(separator: "\n"))).map(\.code) == ["over_maximum"])
        let memory = (0..<8).map { "{name: v\($0), emptyDir: {medium: Memory}}" }.joined(separator: ", ")
        #expect(Specs.problems(Specs.spec(pod: "  volumes: [\(memory)]")).map(\.code) == ["over_maximum"])
        let variables = (0..<257).map { "{name: A\($0)}" }.joined(separator: ", ")
        #expect(Specs.problems(Specs.spec(container: "      env: [\(variables)]")).map(\.code) == ["over_maximum"])
    }

    @Test func `a variable may be set twice, as in Kubernetes`() throws {
        let pod = try PodPolicy().check(Specs.spec(container: "      env: [{name: A, value: a}, {name: A, value: b}]"))
        #expect(pod.manifest.spec.containers[0].env?.map(\.value) == ["a", "b"])
    }

    @Test(arguments: [
        ("64m", "is 64m, which is thousandths of a byte; must be at least 4Mi; did you mean 64Mi?"),
        ("512", "is 512; must be at least 4Mi; did you mean 512Mi?"), ("\"256\"", "is 256; must be at least 4Mi; did you mean 256Mi?"),
        ("0.5", "is 0.5; must be at least 4Mi; did you mean 0.5Gi?"), ("64k", "is 64k; must be at least 4Mi; did you mean 64Mi?"),
        ("512Ki", "is 512Ki; must be at least 4Mi; did you mean 512Mi?"), ("1", "is 1; must be at least 4Mi"),
        ("4194303", "is 4194303; must be at least 4Mi"),
        ("100000m", "is 100000m, which is thousandths of a byte; must be at least 4Mi"), ("4095Ki", "is 4095Ki; must be at least 4Mi"),
    ])
    func `memory that starts no container is refused with the unit that was meant`(memory: String, message: String) {
        let problems = Specs.problems(Specs.minimal.replacing("memory: 64Mi", with: "memory: \(memory)"))
        #expect(problems.map(\.path) == ["spec.containers[0].resources.limits.memory"])
        #expect(problems.map(\.message) == [message])
        #expect(problems.map { [$0.line, $0.column] } == [[12, 47]])
    }

    @Test(arguments: ["4Mi", "4194304", "4096Ki", "4194303.5", "5M"])
    func `memory that starts a container is enough`(memory: String) {
        #expect(Specs.problems(Specs.minimal.replacing("memory: 64Mi", with: "memory: \(memory)")) == [])
    }

    @Test func `the larger of request and limit has to be enough`() {
        let spec = { (requested: String, limit: String) in
            Specs.minimal.replacing(
                "limits: {cpu: 100m, memory: 64Mi}",
                with: "limits: {cpu: 100m, memory: \(limit)}, requests: {memory: \(requested)}"
            )
        }
        #expect(Specs.problems(spec("64m", "64Mi")) == [])
        #expect(Specs.problems(spec("128m", "64m")).map(\.path) == ["spec.containers[0].resources.requests.memory"])
    }

    @Test func `storage in thousandths of a byte is refused as well`() {
        let disk = Specs.minimal.replacing("memory: 64Mi", with: "memory: 64Mi, ephemeral-storage: 100m")
        #expect(
            Specs.problems(disk).map(\.message) == ["is 100m, which is thousandths of a byte; must be at least 4Ki; did you mean 100Mi?"]
        )
        let volume = Specs.spec(pod: "  volumes: [{name: v, emptyDir: {sizeLimit: 64}}]")
        #expect(Specs.problems(volume).map(\.message) == ["is 64; must be at least 4Ki; did you mean 64Mi?"])
    }

    @Test func `a wrong number of ports is told with each port and its container`() {
        let second =
            "    - {name: cache, image: redis, ports: [{containerPort: 6379}, {containerPort: 53, protocol: UDP}], resources: {limits: {cpu: 100m, memory: 64Mi}}}"
        #expect(
            Specs.problems(Specs.spec(after: second)).map(\.message) == [
                "3 container ports are exposed: 8080/TCP (container web), 6379/TCP (container cache), 53/UDP (container cache); exactly one must be, "
                    + "the one that players reach. Leave the others out, since a port that is not declared still works inside the Pod; or list "
                    + "those that players reach: target_port [{\"container_port\": …, \"protocol\": …}, …], --port of provisioner check"
            ]
        )
        let none = Specs.minimal.replacing("ports: [{containerPort: 8080}]", with: "ports: []")
        #expect(
            Specs.problems(none).map(\.message) == [
                "no container port is exposed; exactly one must be: the one that players reach, under ports of its container"
            ]
        )
        let many = Specs.minimal.replacing("{containerPort: 8080}", with: (1...16).map { "{containerPort: \($0)}" }.joined(separator: ", "))
        let message = Specs.problems(many).first?.message ?? ""
        #expect(message.contains("8/TCP (container web), and 8 more; exactly one must be,"))
    }

    @Test func `what else is wrong is told beside a wrong number of ports`() {
        let text = Specs.minimal.replacing("containerPort: 8080}", with: "containerPort: 8080}, {containerPort: 8081}")
            .replacing("cpu: 100m", with: "cpu: 3").replacing("memory: 64Mi", with: "memory: 2Gi, ephemeral-storage: 3Gi")
        #expect(Specs.problems(text).map(\.code).sorted() == ["over_maximum", "over_maximum", "over_maximum", "port_mismatch"])
    }

    @Test func `the maxima are exact`() {
        var settings = PodPolicySettings()
        settings.maximumCPUMilli = 100
        settings.maximumMemoryBytes = 64 << 20
        #expect(Specs.problems(Specs.minimal, settings: settings) == [])
        settings.maximumCPUMilli = 99
        #expect(Specs.problems(Specs.minimal, settings: settings).map(\.code) == ["over_maximum"])
        settings.maximumCPUMilli = 100
        settings.maximumMemoryBytes -= 1
        #expect(Specs.problems(Specs.minimal, settings: settings).map(\.code) == ["over_maximum"])
    }

    @Test func `sums that overflow are over the maximum`() {
        let huge =
            "    - {name: b, image: x, resources: {limits: {cpu: 9e18, memory: 9223372036854775807}}}\n    - {name: c, image: x, resources: {limits: {cpu: 9e18, memory: 9223372036854775807}}}"
        #expect(Specs.problems(Specs.spec(after: huge)).map(\.code) == ["over_maximum", "over_maximum"])
    }

    @Test func `every problem is told at once, up to twenty`() {
        #expect(Specs.problems(Specs.spec(pod: "  hostPID: true\n  hostIPC: true\n  nodeName: x")).count == 3)
        let many = (0..<50).map { "  field\($0): 1" }.joined(separator: "\n")
        #expect(Specs.problems(Specs.spec(pod: many)).count == PodSpecRefusal.maximumProblems)
    }
}
