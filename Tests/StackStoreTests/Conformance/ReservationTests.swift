import FoundationEssentials
import PodPolicy
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct ReservationTests {
        @Test(arguments: StoreFactory.all)
        func `a reservation is kept exactly as it was given`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                var plain = StackRecord.sample(1)
                plain.idempotency = nil
                var full = StackRecord.sample(2, user: .max, problem: .max, key: "key with spaces, \"quotes\" and 🔑", port: 65535)
                full.ports = [PortMapping(ExposedPort(containerPort: 65535, protocol: .udp, name: "dns"), nodePort: 65535)]
                full.egress = .internet
                full.namespace = "other"
                full.owner = "0d8a2c56-ää"
                full.requestedCPUMilli = 1 << 40
                full.requestedMemoryBytes = 1 << 50
                for record in [plain, full] {
                    try await store.reserve(record, within: .none)
                    #expect(try await store.record(record.id) == record)
                }
                #expect(try await store.allRecords() == [plain, full])
            }
        }

        @Test(
            arguments: StoreFactory.all,
            [
                "", "ä ö ü ß 漢字 🏴‍☠️ \u{1F468}\u{200D}\u{1F469}", "e\u{301} and é", "tab\tquote\" back\\slash\r\n'; DROP TABLE stacks; --",
                String(repeating: "spéc🧩\n", count: 8192),
            ]
        )
        func `a spec comes back byte by byte`(factory: StoreFactory, spec: String) async throws {
            try await factory.withStore { store in
                var record = StackRecord.sample()
                record.podSpec = spec
                try await store.reserve(record, within: .none)
                let found = try #require(try await store.record(record.id))
                // Swift takes "e\u{301}" and "é" for equal; bytes tell them apart.
                #expect(found.podSpec.utf8.elementsEqual(spec.utf8))
            }
        }

        @Test(arguments: StoreFactory.all)
        func `refusals come in the order of how long they last`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let earlier = StackRecord.sample(1, user: 1, problem: 1, key: "key", port: 30001, cpu: 100, memory: 1000)
                try await store.add(earlier)
                let limits = ReservationLimits(stacksPerUser: 1, budget: ResourceAmount(cpuMilli: 150, memoryBytes: 1500))
                var record = StackRecord.sample(2, user: 1, problem: 1, key: "key", port: 30001, cpu: 100, memory: 1000)

                #expect(try await store.refusal(of: record, within: limits) == .keyUsed(earlier))
                record.idempotency = nil
                #expect(try await store.refusal(of: record, within: limits) == .stackExists(earlier.id))
                record.problemID = 2
                #expect(try await store.refusal(of: record, within: limits) == .userLimitReached(count: 1))
                record.userID = 2
                let reserved = ResourceAmount(cpuMilli: 100, memoryBytes: 1000)
                #expect(try await store.refusal(of: record, within: limits) == .overBudget(reserved: reserved))
                record.requestedCPUMilli = 50
                record.requestedMemoryBytes = 500
                #expect(try await store.refusal(of: record, within: limits) == .portsTaken([30001]))
                record.ports[0].nodePort = 30002
                #expect(try await store.refusal(of: record, within: limits) == nil)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a refused reservation leaves nothing behind`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let holder = try await store.add(.sample(1, user: 1, problem: 1, key: "key", port: 30001))
                let limit = ReservationLimits(stacksPerUser: 1, budget: nil)
                let refused: [(StackRecord, ReservationLimits)] = [
                    (.sample(2, user: 2, problem: 2, key: "key", port: 30002), .none),
                    (.sample(2, user: 1, problem: 1, key: "key 2", port: 30002), .none),
                    (.sample(2, user: 1, problem: 2, key: "key 2", port: 30002), limit),
                    (.sample(2, user: 2, problem: 2, key: "key 2", port: 30002), .budget(0, 0)),
                    (.sample(2, user: 2, problem: 2, key: "key 2", port: 30001), .none),
                ]
                for (record, limits) in refused {
                    // The same is foretold, by a read alone.
                    let foretold = try await store.obstacle(to: record, within: limits)
                    #expect(foretold != nil)
                    #expect(try await store.refusal(of: record, within: limits) == foretold)
                    #expect(try await store.allRecords() == [holder])
                }
                #expect(try await store.record(idempotencyKey: "key") == holder)
                #expect(try await store.record(idempotencyKey: "key 2") == nil)
                #expect(try await store.obstacle(to: .sample(2, user: 2, problem: 2, key: "key 2", port: 30002), within: .none) == nil)
                #expect(try await store.allRecords() == [holder])
                // Whatever they would have held is free: id, lock, count, key, port and resources.
                let budget = ReservationLimits.budget(holder.requestedCPUMilli + 100, holder.requestedMemoryBytes + 64 << 20)
                #expect(try await store.refusal(of: .sample(2, user: 2, problem: 2, key: "key 2", port: 30002), within: budget) == nil)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `the limit counts a user's records in every state, and nobody else's`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let limits = ReservationLimits(stacksPerUser: 3, budget: nil)
                for (number, state) in StackRecord.State.holding.enumerated() {
                    #expect(try await store.refusal(of: .sample(10 + number, user: 2), within: limits) == nil)
                    try await store.add(.sample(number, user: 1), state: state)
                }
                #expect(try await store.refusal(of: .sample(4, user: 1), within: limits) == .userLimitReached(count: 3))
                #expect(try await store.refusal(of: .sample(5, user: 3), within: limits) == nil)
                try await store.drop(.numbered(1))
                #expect(try await store.refusal(of: .sample(4, user: 1), within: limits) == nil)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a limit of nothing allows nothing`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let limits = ReservationLimits(stacksPerUser: 0, budget: nil)
                let refusal = try await store.refusal(of: .sample(), within: limits)
                #expect(refusal == .userLimitReached(count: 0))
            }
        }
    }
}
