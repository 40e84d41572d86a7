import FoundationEssentials
import PodPolicy
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    /// Stacks with several ports, and stacks without an owner.
    @Suite struct SeveralPortsTests {
        private static let ports = Array(30000..<30024)

        @Test(arguments: StoreFactory.all)
        func `24 ports are kept in the caller's order, changed one by one, and free after the removal`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                var record = StackRecord.sample(1, key: "key", ports: Self.ports.reversed())
                for index in record.ports.indices where index.isMultiple(of: 2) {
                    record.ports[index].exposed = ExposedPort(containerPort: 53 + index, protocol: .udp, name: "dns-\(index)")
                }
                let budget = ReservationLimits(stacksPerUser: 1, budget: record.requested)
                #expect(try await store.refusal(of: record, within: budget) == nil)
                #expect(try await store.record(record.id) == record)
                for index in [0, 11, 23] {
                    try await store.changePort(
                        of: record.id,
                        owner: record.owner,
                        from: record.ports[index].nodePort,
                        to: 31000 + index,
                        at: .start(plus: Int64(index + 1))
                    )
                    record.ports[index].nodePort = 31000 + index
                    record.updatedAt = .start(plus: Int64(index + 1))
                    #expect(try await store.record(record.id) == record)
                }
                let active = try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: .start(plus: 50))
                #expect(active.ports == record.ports)
                try await store.drop(record.id)
                #expect(try await store.refusal(of: .sample(2, ports: record.nodePorts), within: budget) == nil)
                #expect(try await store.refusal(of: .sample(3, user: 2, ports: [30023, 30012, 30000])) == nil)
            }
        }

        @Test(arguments: StoreFactory.all, [1, 12, 24])
        func `with all ports free but some, nothing is reserved and the taken ones are named`(
            factory: StoreFactory,
            taken: Int
        ) async throws {
            try await factory.withStore { store in
                let others = try await store.add(.sample(1, ports: Array(Self.ports.shuffled().prefix(taken))))
                let record = StackRecord.sample(2, user: 2, ports: Self.ports)
                let expected = ReservationRefusal.portsTaken(Self.ports.filter(others.nodePorts.contains))
                #expect(try await store.obstacle(to: record, within: .none) == expected)
                #expect(try await store.refusal(of: record) == expected)
                #expect(try await store.allRecords() == [others])
                // None of the others was taken.
                let free = Array(Self.ports.filter { !others.nodePorts.contains($0) }) + [31000]
                #expect(try await store.refusal(of: .sample(3, user: 3, ports: free)) == nil)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `of sets that overlap, reserved at once, no port is given twice`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let refusals = try await concurrently(0..<20) { number in
                    let ports = (0..<6).map { 30000 + (number * 5 + $0) % 40 }
                    return try await store.refusal(of: .sample(number, user: Int64(number + 1), ports: ports))
                }
                let held = try await store.allRecords().flatMap(\.nodePorts)
                #expect(Set(held).count == held.count)
                #expect(held.count == 6 * refusals.count { $0 == nil } && !held.isEmpty)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a port that the reservation does not have is not exchanged`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let record = try await store.add(.sample(1, ports: [30001, 30002]))
                await #expect(throws: StoreError.lostReservation(record.id)) {
                    try await store.changePort(of: record.id, owner: record.owner, from: 30003, to: 30004, at: .start)
                }
                await #expect(throws: ReservationRefusal.portsTaken([30002])) {
                    try await store.changePort(of: record.id, owner: record.owner, from: 30001, to: 30002, at: .start)
                }
                #expect(try await store.allRecords() == [record])
            }
        }

        @Test(arguments: StoreFactory.all)
        func `stacks without an owner bar nobody, count for nobody, and hold ports and resources`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let limits = ReservationLimits(stacksPerUser: 0, budget: ResourceAmount(cpuMilli: 250, memoryBytes: .max))
                let first = StackRecord.sample(1, user: nil, key: "key", ports: [30001, 30002])
                #expect(try await store.refusal(of: first, within: limits) == nil)
                #expect(try await store.record(first.id) == first)
                #expect(try await store.refusal(of: .sample(2, user: nil, key: "key"), within: limits) == .keyUsed(first))
                #expect(try await store.refusal(of: .sample(2, user: nil, port: 30002), within: limits) == .portsTaken([30002]))
                let second = StackRecord.sample(2, user: nil, port: 30003)
                #expect(try await store.refusal(of: second, within: limits) == nil)
                let reserved = ResourceAmount(cpuMilli: 200, memoryBytes: 128 << 20)
                #expect(try await store.refusal(of: .sample(3, user: nil), within: limits) == .overBudget(reserved: reserved))
                #expect(try await store.allRecords() == [first, second])
                for record in [first, second] { try await store.drop(record.id) }
                #expect(try await store.allRecords() == [])
                #expect(try await store.reserved() == .zero)
            }
        }
    }
}
