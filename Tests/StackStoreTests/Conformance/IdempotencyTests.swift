import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct IdempotencyTests {
        @Test(arguments: StoreFactory.all, StackRecord.State.holding)
        func `a key is found as long as its record exists, whoever asks`(factory: StoreFactory, state: StackRecord.State) async throws {
            try await factory.withStore { store in
                let earlier = try await store.add(.sample(1, key: "key"), state: state)
                #expect(try await store.refusal(of: .sample(2, user: 2, key: "key")) == .keyUsed(earlier))
                try await store.drop(earlier.id)
                #expect(try await store.refusal(of: .sample(2, user: 2, key: "key")) == nil)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a key with another digest is found too`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let earlier = try await store.add(.sample(1, key: "key"))
                var other = StackRecord.sample(2, key: "key")
                other.idempotency?.digest = "of another body"
                #expect(try await store.refusal(of: other) == .keyUsed(earlier))
            }
        }

        @Test(arguments: StoreFactory.all)
        func `keys differ by case and length, and no key is like no other`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                for (number, key) in ["key", "Key", "key ", "ke", nil, nil].enumerated() {
                    let refusal = try await store.refusal(of: .sample(number, key: key))
                    #expect(refusal == nil)
                }
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a key survives a change of port`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                var record = try await store.add(.sample(1, key: "key"))
                try await store.changePort(of: record.id, owner: record.owner, from: record.nodePort, to: 31000, at: .start(plus: 5))
                record.ports[0].nodePort = 31000
                record.updatedAt = .start(plus: 5)
                #expect(try await store.refusal(of: .sample(2, key: "key")) == .keyUsed(record))
            }
        }
    }
}
