import Stacks
import Testing

@testable import StackStoreDynamoDB

@Suite struct FindingsTests {
    private static let other = StackID.sample()
    private static let full = Findings(
        keyHolder: other,
        lockHolder: other,
        count: 5,
        takenPorts: [30001],
        reserved: ResourceAmount(cpuMilli: 900, memoryBytes: 1 << 30)
    )
    private static let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: 1 << 31))

    @Test func `of several obstacles the first in the documented order counts`() {
        var findings = Self.full
        func obstacle() -> Findings.Obstacle? { findings.obstacle(to: .sample(), within: Self.limits) }
        #expect(obstacle() == .keyUsed(by: Self.other))
        findings.keyHolder = nil
        #expect(obstacle() == .refused(.stackExists(Self.other)))
        findings.lockHolder = nil
        #expect(obstacle() == .refused(.userLimitReached(count: 5)))
        findings.count = 4
        #expect(obstacle() == .refused(.overBudget(reserved: ResourceAmount(cpuMilli: 900, memoryBytes: 1 << 30))))
        findings.reserved.cpuMilli = 500
        #expect(obstacle() == .refused(.portsTaken([30001])))
        findings.takenPorts = []
        #expect(obstacle() == nil)
    }

    @Test(
        arguments: [
            (500, 1, true), (501, 1, false), (0, (1 << 31) - (1 << 27), true), (0, (1 << 31) - (1 << 27) + 1, false),
        ] as [(Int64, Int64, Bool)]
    )
    func `both resources must stay within the budget, to the last unit`(cpu: Int64, memory: Int64, fits: Bool) {
        let findings = Findings(reserved: ResourceAmount(cpuMilli: cpu, memoryBytes: memory))
        #expect((findings.obstacle(to: .sample(), within: Self.limits) == nil) == fits)
    }
}
