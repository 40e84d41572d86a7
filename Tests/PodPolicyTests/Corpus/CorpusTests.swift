import Testing

@testable import PodPolicy

@Suite struct CorpusTests {
    @Test func `what should be accepted is, and what should be refused is`() throws {
        let corpus = try Corpus()
        #expect(corpus.entries.count >= 20)
        for entry in corpus.entries {
            switch Result(catching: { () throws(PodSpecRefusal) in try PodPolicy().check(entry.text) }) {
            case .success(let pod):
                #expect(entry.isAccepted, "\(entry)")
                #expect(Invariants.violations(of: pod) == [], "\(entry)")
                #expect(try Tree(parsing: pod.manifest.yaml) == Tree(encoding: pod.manifest), "\(entry)")
            case .failure(let error):
                #expect(!entry.isAccepted, "\(entry): \(error.problems)")
                #expect(Invariants.violations(of: error) == [], "\(entry)")
            }
        }
    }

    @Test func `an attack is refused for what it is`() throws {
        let expected = [
            "refuse-duplicate-keys.json": [""], "refuse-laughs.yaml": [""], "refuse-two-documents.yaml": [""],
            "refuse-memory-in-thousandths.yaml": ["spec.containers[0].resources.limits.memory"],
            "refuse-numbers.yaml": [
                "spec.terminationGracePeriodSeconds", "spec.containers", "spec.containers",
                "spec.containers[0].ports[0].containerPort", "spec.containers[0].resources.limits.cpu",
                "spec.containers[0].resources.limits.memory", "spec.containers[0].resources.limits.ephemeral-storage",
                "spec.containers[0].resources.requests.cpu",
                "spec.containers[0].resources.requests.ephemeral-storage", "spec.containers[0].livenessProbe.tcpSocket.port",
                "spec.containers[0].livenessProbe.periodSeconds", "spec.containers[0].livenessProbe.timeoutSeconds",
                "spec.containers[1].resources.limits.memory", "spec.containers[1].resources.limits.ephemeral-storage",
                "spec.volumes[0].emptyDir.sizeLimit",
            ],
            "refuse-numbers-as-strings.yaml": [
                "spec.containers", "spec.containers[0].env[2].value", "spec.containers[0].env[3].value",
            ],
            "refuse-two-ports-declared.yaml": ["spec.containers"],
            "refuse-open-descriptor.yaml": ["spec.containers[0].workingDir"],
            "refuse-path-tricks.yaml": [
                "spec.containers[0].volumeMounts[0].mountPath", "spec.containers[0].volumeMounts[1].mountPath",
                "spec.containers[0].volumeMounts[2].subPath",
            ],
            "refuse-privileged.yaml": ["spec.containers[0].securityContext"],
            "refuse-probe-scan.yaml": [
                "spec.containers[0].ports[0].hostPort", "spec.containers[0].resources.limits.nvidia.com/gpu",
                "spec.containers[0].livenessProbe.httpGet.host", "spec.containers[0].readinessProbe.tcpSocket.host",
                "spec.containers[0].lifecycle.postStart.httpGet", "spec.containers[0].env[0].valueFrom.secretKeyRef",
            ],
            "refuse-sidecar.yaml": ["spec.initContainers[0].restartPolicy"],
            "refuse-token.yaml": ["spec.serviceAccountName", "spec.automountServiceAccountToken", "spec.volumes[0].projected"],
            "refuse-too-much.yaml": [
                "spec.containers", "spec.containers", "spec.volumes[0].emptyDir.sizeLimit",
            ],
        ]
        for entry in try Corpus().entries {
            guard let paths = expected[entry.name] else { continue }
            #expect(Specs.problems(entry.text, targetPort: nil).map(\.path) == paths, "\(entry)")
        }
    }
}
