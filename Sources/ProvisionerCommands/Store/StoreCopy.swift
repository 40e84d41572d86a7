import Foundation
import StackStoreDynamoDB
import Stacks

/// Copies every stack of one store into another, while neither is in use.
struct StoreCopy: Sendable {
    var source: any StackStore
    var target: any StackStore
    /// Called periodically with the number of copied stacks and the total.
    var progress: @Sendable (Int, Int) -> Void = { _, _ in }

    /// The reason for which nothing is copied.
    struct Refusal: Error, Equatable {
        var message: String

        static func activeReplicas(_ replicas: [String], table: String) -> Refusal {
            Refusal(
                message: "table \(table) is in use by replica \(replicas.sorted().joined(separator: ", ")): stop every replica first; "
                    + "one that died counts as active for another 90 seconds"
            )
        }

        static func copying(_ mark: CopyMark, table: String) -> Refusal {
            Refusal(
                message: "table \(table) is being copied by another store copy; one that was interrupted counts until "
                    + mark.expiresAt.formatted(.iso8601)
            )
        }
    }

    private static let parallelism = 8

    /// Copies the stacks. Idempotent: stacks that exist in the target stay unchanged.
    /// - Returns: the number of stacks in both stores.
    /// - Throws: ``Refusal`` if the target has a stack that the source lacks or that differs, if records contradict each other, or if the
    ///   stores differ afterwards; ``StoreError``, also for an unreadable record.
    func run() async throws -> Int {
        let records = try await source.allRecords()
        let missing = try await missing(of: records)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var remaining = missing.makeIterator()
            func addNext() {
                guard let record = remaining.next() else { return }
                group.addTask { try await insert(record) }
            }
            for _ in 0..<Self.parallelism { addNext() }
            var done = records.count - missing.count
            while try await group.next() != nil {
                done += 1
                if done.isMultiple(of: 100) || done == records.count { progress(done, records.count) }
                addNext()
            }
        }
        guard try await source.allRecords() == records, try await target.allRecords() == records else {
            throw Refusal(message: "the stores differ after the copy: was one of them in use? Nothing was removed; stop all and try again")
        }
        // Set last: only a complete copy takes over the id that the namespace carries.
        try await target.setInstallationID(try await source.installationID())
        return records.count
    }

    private func missing(of records: [StackRecord]) async throws -> [StackRecord] {
        let wanted = Dictionary(records.map { ($0.id, $0) }) { first, _ in first }
        let present = try await target.allRecords()
        if let foreign = present.first(where: { wanted[$0.id] != $0 }) {
            let what = wanted[foreign.id] == nil ? "which the source does not have" : "but not as the source has it"
            throw Refusal(message: "the target holds \(foreign.id), \(what); copy into an empty store")
        }
        let ids = Set(present.map(\.id))
        return records.filter { !ids.contains($0.id) }
    }

    /// Writes a record unchanged, in any state.
    private func insert(_ record: StackRecord) async throws {
        do { try await target.reserve(record, within: ReservationLimits(stacksPerUser: .max, budget: nil)) } catch let refusal
            as ReservationRefusal
        {
            throw Refusal(
                message: "the target refuses \(record.id): \(refusal.holding); two stacks of the source contradict each other, or the "
                    + "target is in use"
            )
        }
    }
}

extension ReservationRefusal {
    /// A clause for the refusal with the conflicting holder.
    fileprivate var holding: String {
        switch self {
        case .keyUsed(let other): "\(other.id) has its idempotency key"
        case .stackExists(let id): "\(id) is for the same user and problem"
        case .userLimitReached(let count): "its user has \(count) stacks"
        case .overBudget: "it exceeds the budget"
        case .portsTaken(let ports): "another stack has its node port \(ports.map { "\($0)" }.joined(separator: ", "))"
        }
    }
}
