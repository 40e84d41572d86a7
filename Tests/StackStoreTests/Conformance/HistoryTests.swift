import FoundationEssentials
import Stacks
import TestBasics
import TestSupport
import Testing

extension StoreConformance {
    /// Random histories over few users, problems, ports and keys, so that most things collide.
    @Suite struct HistoryTests {
        @Test(arguments: StoreFactory.all, [UInt64(1), 2, 3])
        func `a random history ends as the model says, step by step`(factory: StoreFactory, seed: UInt64) async throws {
            try await factory.withStore { store in
                var generator = SeededGenerator(seed: seed)
                var model = ModelStore()
                var made = 0
                var renewed = 0
                var marked = 0
                for step in 0..<500 {
                    let now = Date.start(plus: Int64(step))
                    let id = Int.random(in: 0..<4, using: &generator) == 0 ? nil : model.records.randomElement(using: &generator)?.id
                    let context: Comment = "seed \(seed), step \(step)"
                    let expected: Outcome
                    let found: Outcome
                    switch Int.random(in: 0..<15, using: &generator) {
                    case 0..<4:
                        let record = Self.record(step, using: &generator)
                        let limits = ReservationLimits(stacksPerUser: 3, budget: ResourceAmount(cpuMilli: 900, memoryBytes: 9000))
                        expected = await .ofEffect { try model.reserve(record, within: limits) }
                        found = await .ofEffect { try await store.reserve(record, within: limits) }
                        if expected == .done(nil) { made += 1 }
                    case 4:
                        let owner = "owner-\(Int.random(in: 1...2, using: &generator))"
                        let new = Int.random(in: Self.ports, using: &generator)
                        let held = model.records.first { $0.id == id }?.nodePorts.randomElement(using: &generator)
                        guard let id else { continue }
                        let old = held ?? 1
                        expected = await .ofEffect { try model.changePort(of: id, owner: owner, from: old, to: new, at: now) }
                        found = await .ofEffect { try await store.changePort(of: id, owner: owner, from: old, to: new, at: now) }
                    case 5:
                        let id = id ?? .numbered(9999)
                        let owner = "owner-\(Int.random(in: 1...2, using: &generator))"
                        expected = await .of { try model.activate(id, owner: owner, nodeID: "node-1", at: now) }
                        found = await .of { try await store.activate(id, owner: owner, nodeID: "node-1", at: now) }
                    case 6, 7:
                        let id = id ?? .numbered(9999)
                        let seen = Self.seen(model.records.first { $0.id == id }, using: &generator)
                        expected = await .of { model.beginDelete(id, ifUnchanged: seen, at: now) }
                        found = await .of { try await store.beginDelete(id, ifUnchanged: seen, at: now) }
                    case 8:
                        let id = id ?? .numbered(9999)
                        let end = Date.start(plus: Int64(step) + 100)
                        expected = await .ofEffect { model.fail(id, failure: .sample, expiresAt: end, at: now) }
                        found = await .ofEffect { try await store.fail(id, failure: .sample, expiresAt: end, at: now) }
                    case 9, 10:
                        let id = id ?? .numbered(9999)
                        let before = model.records.first { $0.id == id }
                        let seen = Self.seen(before, using: &generator) ?? before ?? .sample(9999)
                        let end = Date.start(plus: Int64.random(in: 0..<2000, using: &generator))
                        expected = await .of { model.renew(id, to: end, ifUnchanged: seen, at: now) }
                        found = await .of { try await store.renew(id, to: end, ifUnchanged: seen, at: now) }
                        if case .done(.some) = expected { renewed += 1 }
                    case 11:
                        let owner = Self.owner(using: &generator)
                        let namespace = Int.random(in: 0..<4, using: &generator) == 0 ? "elsewhere" : "stacks"
                        let ids = model.beginDelete(of: owner, inNamespace: namespace, at: now)
                        expected = .marked(ids)
                        found = await .ofMarks { try await store.beginDelete(of: owner, inNamespace: namespace, at: now) }
                        marked += ids.count
                    default:
                        let id = id ?? .numbered(9999)
                        expected = await .ofEffect { model.remove(id) }
                        found = await .ofEffect { try await store.remove(id) }
                    }
                    #expect(found == expected, context)
                    let records = try await store.allRecords()
                    #expect(records == model.oldestFirst, context)
                }
                #expect(try await store.reserved() == model.reserved)
                #expect(made > 20 && renewed > 5 && marked > 5)
            }
        }

        private static let ports = 30000..<30024

        private static func record(_ step: Int, using generator: inout SeededGenerator) -> StackRecord {
            .sample(
                step,
                user: Int.random(in: 0..<5, using: &generator) == 0 ? nil : Int64.random(in: 1...3, using: &generator),
                problem: Int64.random(in: 1...4, using: &generator),
                owner: "owner-\(Int.random(in: 1...2, using: &generator))",
                key: Int.random(in: 0..<3, using: &generator) == 0 ? "key \(Int.random(in: 0..<4, using: &generator))" : nil,
                ports: Array(ports.shuffled(using: &generator).prefix(Int.random(in: 1...4, using: &generator))),
                cpu: Int64.random(in: 1...300, using: &generator),
                memory: Int64.random(in: 1...3000, using: &generator),
                createdAt: .start(plus: Int64(step))
            )
        }

        /// A user, a problem, or both.
        private static func owner(using generator: inout SeededGenerator) -> OwnerFilter {
            let user = Int.random(in: 0..<3, using: &generator) == 0 ? nil : Int64.random(in: 1...3, using: &generator)
            let problem = user != nil && Bool.random(using: &generator) ? nil : Int64.random(in: 1...4, using: &generator)
            return OwnerFilter(userID: user, problemID: problem)
        }

        /// A record as someone may have seen it: not at all, as it is, or as it was before a change.
        private static func seen(_ record: StackRecord?, using generator: inout SeededGenerator) -> StackRecord? {
            guard Bool.random(using: &generator) else { return nil }
            var seen = record ?? .sample(9999)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: seen.owner = "owner-3"
            case 1: seen.state = StackRecord.State.allCases.randomElement(using: &generator) ?? .reserved
            case 2: seen.updatedAt = .start(plus: -1)
            default: break
            }
            return seen
        }

        private enum Outcome: Equatable {
            case done(StackRecord?)
            case marked(Set<StackID>)
            case refused(ReservationRefusal)
            case failed(StoreError)

            static func of(_ body: () async throws -> StackRecord?) async -> Outcome {
                do {
                    return .done(try await body())
                } catch let refusal as ReservationRefusal {
                    return .refused(refusal)
                } catch let error as StoreError {
                    return .failed(error)
                } catch {
                    Issue.record(error)
                    return .done(nil)
                }
            }

            static func ofMarks(_ body: () async throws -> [StackID]) async -> Outcome {
                do {
                    let ids = try await body()
                    #expect(Set(ids).count == ids.count)
                    return .marked(Set(ids))
                } catch {
                    Issue.record(error)
                    return .done(nil)
                }
            }

            static func ofEffect(_ body: () async throws -> Void) async -> Outcome {
                await of {
                    try await body()
                    return nil
                }
            }
        }
    }
}
