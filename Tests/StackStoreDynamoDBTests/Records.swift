import FoundationEssentials
import PodPolicy
import Stacks

extension StackRecord {
    /// A record that differs from others where the test says so.
    static func sample(
        id: StackID = .sample(),
        user: Int64 = 101,
        problem: Int64 = 1001,
        owner: String = "replica-a",
        key: String? = nil,
        podSpec: String = "apiVersion: v1\nkind: Pod\n",
        nodePort: Int = 30001,
        requested: ResourceAmount = ResourceAmount(cpuMilli: 500, memoryBytes: 1 << 27),
        createdAt: Date = .start,
        expiresAt: Date = .start.addingTimeInterval(7200)
    ) -> StackRecord {
        StackRecord(
            id: id,
            userID: user,
            problemID: problem,
            owner: owner,
            idempotency: key.map { Idempotency(key: $0, digest: "digest of \($0)") },
            namespace: "stacks",
            podSpec: podSpec,
            ports: [PortMapping(ExposedPort(containerPort: 8080, protocol: .tcp, name: "http"), nodePort: nodePort)],
            requestedCPUMilli: requested.cpuMilli,
            requestedMemoryBytes: requested.memoryBytes,
            createdAt: createdAt,
            updatedAt: createdAt,
            expiresAt: expiresAt
        )
    }
}

extension StackID {
    static func sample() -> StackID {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }
}

extension Date {
    /// When the tests take place.
    static let start = Date(microseconds: 1_790_000_000_123_456)

    static func after(_ seconds: Double) -> Date { Date(microseconds: Date.start.addingTimeInterval(seconds).microseconds) }
}

extension ReservationLimits {
    static let wide = ReservationLimits(stacksPerUser: 1000, budget: nil)
}
