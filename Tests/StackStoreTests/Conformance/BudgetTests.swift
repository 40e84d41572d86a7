import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct BudgetTests {
        /// 300 milli-cores and 3000 bytes are reserved; this asks for 100 and 1000 more.
        @Test(
            arguments: StoreFactory.all,
            [
                (cpu: Int64(400), memory: Int64(4000), fits: true), (400, 4001, true), (401, 4000, true), (399, 4000, false),
                (400, 3999, false),
                (0, 4000, false), (400, 0, false), (-1, -1, false), (.max, .max, true),
            ]
        )
        func `a budget is kept to the last unit of both resources`(
            factory: StoreFactory,
            row: (cpu: Int64, memory: Int64, fits: Bool)
        ) async throws {
            try await factory.withStore { store in
                for number in 1...3 { try await store.add(.sample(number, cpu: 100, memory: 1000)) }
                let refusal = try await store.refusal(of: .sample(4, cpu: 100, memory: 1000), within: .budget(row.cpu, row.memory))
                let used = ResourceAmount(cpuMilli: 300, memoryBytes: 3000)
                #expect(refusal == (row.fits ? nil : .overBudget(reserved: used)))
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a record counts until it is removed, and not one moment longer`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                #expect(try await store.reserved() == .zero)
                for (number, state) in StackRecord.State.holding.enumerated() {
                    try await store.add(.sample(number, cpu: 1 << number, memory: 10 << number), state: state)
                }
                #expect(try await store.reserved() == ResourceAmount(cpuMilli: 7, memoryBytes: 70))
                try await store.changePort(of: .numbered(0), owner: "owner-1", from: 30000, to: 31000, at: .start)
                #expect(try await store.reserved() == ResourceAmount(cpuMilli: 7, memoryBytes: 70))
                try await store.drop(.numbered(1))
                #expect(try await store.reserved() == ResourceAmount(cpuMilli: 5, memoryBytes: 50))
                // What is not marked stays; what is gone cannot go twice.
                try await store.remove(.numbered(0))
                try await store.remove(.numbered(1))
                #expect(try await store.reserved() == ResourceAmount(cpuMilli: 5, memoryBytes: 50))
                for number in 0...2 { try await store.drop(.numbered(number)) }
                #expect(try await store.reserved() == .zero)
            }
        }
    }
}
