import Testing

@testable import PodPolicy

@Suite struct AcceptanceTests {
    @Test func `a spec that uses everything allowed is accepted and kept`() throws {
        let text = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: ignored
              labels: {app: web, example.com/tier: "1"}
            spec:
              restartPolicy: Never
              automountServiceAccountToken: false
              enableServiceLinks: false
              terminationGracePeriodSeconds: 10
              hostname: box
              initContainers:
                - name: prepare
                  image: registry.example.com:5000/team/prepare@sha256:\(String(repeating: "a", count: 64))
                  command: [sh, -c, "true"]
                  resources: {requests: {cpu: 1, memory: 100Mi}}
                  volumeMounts: [{name: data, mountPath: /data, subPath: a/b}]
              containers:
                - name: web
                  image: nginx:1.27
                  imagePullPolicy: IfNotPresent
                  command: ["/bin/sh"]
                  args: ["-c", "exec nginx"]
                  workingDir: /srv
                  env:
                    - {name: FLAG, value: "ctf{x}"}
                    - {name: IP, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: status.podIP}}}
                  ports: [{name: http, containerPort: 8080, protocol: TCP}]
                  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 250m, memory: 64Mi, ephemeral-storage: 100Mi}}
                  volumeMounts: [{name: data, mountPath: /data, readOnly: true}, {name: shm, mountPath: /dev/shm}]
                  livenessProbe: {httpGet: {path: /, port: http, scheme: HTTP, httpHeaders: [{name: X-A, value: b}]}, periodSeconds: 5}
                  readinessProbe: {tcpSocket: {port: 8080}, initialDelaySeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 3}
                  startupProbe: {exec: {command: [cat, /ok]}}
                  lifecycle: {preStop: {exec: {command: [sleep, "1"]}}, postStart: {exec: {command: ["true"]}}}
                  stdin: true
                  tty: true
                  terminationMessagePolicy: FallbackToLogsOnError
                - name: db
                  image: redis
                  resources: {limits: {cpu: 50m, memory: 32Mi}}
                  livenessProbe: {grpc: {port: 6379, service: x}}
              volumes:
                - {name: data, emptyDir: {sizeLimit: 10Mi}}
                - {name: shm, emptyDir: {medium: Memory, sizeLimit: 16Mi}}
            """
        let pod = try PodPolicy().check(text, targetPort: 8080)
        #expect(pod.port == ExposedPort(containerPort: 8080, protocol: .tcp, name: "http"))
        // The init container is larger than both containers together; the volume in memory is there beside either.
        #expect(pod.requestedCPUMilli == 1000)
        #expect(pod.requestedMemoryBytes == (100 + 16) << 20)
        let manifest = pod.manifest
        #expect(manifest.metadata.labels == [:])
        #expect(pod.warnings.map(\.path) == ["metadata.labels"])
        #expect(manifest.spec.hostname == "box")
        #expect(manifest.spec.terminationGracePeriodSeconds == 10)
        #expect(manifest.spec.containers[0].resources.requests.cpu == "250m")
        #expect(manifest.spec.containers[0].resources.requests == manifest.spec.containers[0].resources.limits)
        #expect(manifest.spec.containers[0].args == ["-c", "exec nginx"])
        #expect(manifest.spec.containers[0].livenessProbe?.httpGet?.port == .name("http"))
        #expect(manifest.spec.containers[1].resources.limits.ephemeralStorage == "256Mi")
        #expect(manifest.spec.initContainers?[0].volumeMounts?[0].subPath == "a/b")
        #expect(manifest.spec.volumes?[1].emptyDir == PodManifest.EmptyDir(medium: "Memory", sizeLimit: "16Mi"))
    }

    @Test(arguments: [
        "yes", "y", "N", "true", "null", "~", "", "0x1", "0o17", "017", "1_000", "1e3", ".5", "1.0", "12:30:45", "2001-12-14", ".inf", "=",
        "yes", "No", "ON", "off", "08", "0x1F", "0b1", "0b-1", "1_e3", "1e_3", ".5_5", "1__0", "1_", "0_x1", "+5.", "+0x1", "1e400",
        "0.0.0.0:80", "0O17", "+.INF", "1E5", "x\u{FEFF}",
        "<<", "-", "?", "*a",
        "&a", "!x", "a: b #c\n&d", " a ", "\t", "\n\n", "a\r\nb", "\"'\\", "\u{1B}[31m", "\u{85}\u{2028}", "é🚩", "%x", "@x", "`x", "{",
        "- a", "x: ",
    ])
    func `the YAML that answers show is the manifest that is sent`(value: String) throws {
        let env = Tree.mapping(["name": .string("A"), "value": .string(value)])
        let labels = ["a": "1", "y": "true", "012": ""]
        let pod = try PodPolicy().check(Specs.spec(container: "      env: [\(env.json)]"))
        let manifest = pod.manifest(name: "n", namespace: "s", labels: labels, activeDeadlineSeconds: 60)
        #expect(manifest.spec.containers[0].env?[0].value == value)
        #expect(try Tree(parsing: manifest.yaml) == Tree(encoding: manifest))
    }

    @Test func `a byte order mark at the start of a value is kept`() throws {
        let manifest = try PodPolicy().check(Specs.spec(container: "      env: [{name: A, value: \"\\uFEFFx\"}]")).manifest
        #expect(manifest.spec.containers[0].env?[0].value == "\u{FEFF}x")
        #expect(try Tree(parsing: manifest.yaml) == Tree(encoding: manifest))
    }

    @Test func `UDP is a protocol too`() throws {
        let text = Specs.minimal.replacing("containerPort: 8080", with: "containerPort: 53, protocol: UDP")
        #expect(try PodPolicy().check(text, targetPort: 53).port.protocol == .udp)
    }

    @Test(arguments: [Int64(1), 30])
    func `the shortest and the longest grace period`(seconds: Int64) throws {
        let pod = try PodPolicy().check(Specs.spec(pod: "  terminationGracePeriodSeconds: \(seconds)"), targetPort: 8080)
        #expect(pod.manifest.spec.terminationGracePeriodSeconds == seconds)
    }

    @Test func `null means not set, whatever the field`() {
        #expect(Specs.problems(Specs.spec(metadata: "  creationTimestamp: null", pod: "  hostNetwork: null\n  volumes:")) == [])
    }

    @Test(arguments: [
        "nginx", "nginx:1.27", "library/nginx", "docker.io/library/nginx:latest", "localhost/x", "localhost:5000/x/y:z",
        "a.b-c.io:443/d_e/f__g/h--i:J.k_l-M",
        "x@sha256:" + String(repeating: "0", count: 64),
    ])
    func `image references`(image: String) {
        #expect(ImageReference.isValid(image))
    }

    @Test(arguments: [
        "", "Nginx", "a b", "a:", ":x", "a//b", "/a", "a/", "a@sha256:123", "a@md5:\(String(repeating: "0", count: 32))", "a:b:c",
        "http://a/b", "a..b", "-a",
        "a:\(String(repeating: "x", count: 129))", "é", "a\nb", "x.y:99999/z",
    ])
    func `no image references`(image: String) {
        #expect(!ImageReference.isValid(image))
    }
}
