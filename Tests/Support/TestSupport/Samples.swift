package import FoundationEssentials
package import PodPolicy
package import Stacks

extension StackID {
    /// The id whose digits are this number.
    package static func numbered(_ number: Int) -> StackID {
        let digits = String(number, radix: 16)
        guard let id = StackID("stack-" + String(repeating: "0", count: 16 - digits.count) + digits) else {
            preconditionFailure("\(number) makes no stack id")
        }
        return id
    }
}

extension StackRecord {
    /// A reservation of which a test names only what matters to it.
    package static func sample(
        _ number: Int = 1,
        user: Int64? = 1,
        problem: Int64? = nil,
        owner: String = "owner-1",
        key: String? = nil,
        port: Int? = nil,
        ports: [Int]? = nil,
        cpu: Int64 = 100,
        memory: Int64 = 64 << 20,
        createdAt: Date = Date(microseconds: 1_750_000_000_123_456),
        lifetime: TimeInterval = 7200
    ) -> StackRecord {
        StackRecord(
            id: .numbered(number),
            userID: user,
            problemID: user.map { _ in problem ?? Int64(number + 1) },
            owner: owner,
            idempotency: key.map { Idempotency(key: $0, digest: "digest of " + $0) },
            namespace: "stacks",
            podSpec: "kind: Pod\n",
            ports: (ports ?? [port ?? 30000 + number]).enumerated().map { index, nodePort in
                PortMapping(ExposedPort(containerPort: 8080 + index, protocol: .tcp), nodePort: nodePort)
            },
            requestedCPUMilli: cpu,
            requestedMemoryBytes: memory,
            createdAt: createdAt,
            updatedAt: createdAt,
            expiresAt: createdAt.addingTimeInterval(lifetime)
        )
    }
}

/// A Pod spec that the policy accepts: one container with port 8080, 100 milli-cores and 64 MiB.
package let samplePodSpec = """
    apiVersion: v1
    kind: Pod
    metadata:
      name: challenge
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports: [{containerPort: 8080}]
          resources: {limits: {cpu: 100m, memory: 64Mi}}
    """

extension CreateRequest {
    /// A request with the integer form of `target_port`.
    package init(userID: Int64?, problemID: Int64?, targetPort: Int, podSpec: String, idempotency: Idempotency? = nil) {
        let port = ExposedPort(containerPort: targetPort, protocol: .tcp)
        self.init(
            userID: userID,
            problemID: problemID,
            targetPorts: [port],
            isPortArray: false,
            podSpec: podSpec,
            idempotency: idempotency
        )
    }

    /// A request for ``samplePodSpec``.
    package static func sample(user: Int64? = 1, problem: Int64? = 1, key: String? = nil, digest: String = "digest") -> CreateRequest {
        CreateRequest(
            userID: user,
            problemID: problem,
            targetPort: 8080,
            podSpec: samplePodSpec,
            idempotency: key.map { Idempotency(key: $0, digest: digest) }
        )
    }
}

extension ReservationLimits {
    /// Limits that refuse nothing.
    package static let unlimited = ReservationLimits(stacksPerUser: .max, budget: nil)
}

extension PodManifest {
    /// The Pod of ``samplePodSpec``.
    /// - Throws: ``PodSpecRefusal`` when the policy refuses it.
    package static func sample(of id: StackID) throws -> PodManifest {
        let pod = try PodPolicy().check(samplePodSpec, targetPort: 8080)
        let labels = StackLabels.all(of: id, userID: 1, problemID: 1, egress: .none)
        return pod.manifest(name: id.podName, namespace: "stacks", labels: labels, activeDeadlineSeconds: 7320)
    }
}
