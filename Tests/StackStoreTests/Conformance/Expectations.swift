import FoundationEssentials
import Stacks
import TestSupport
import Testing

extension ReservationLimits {
    /// Limits that refuse nothing.
    static let none = ReservationLimits(stacksPerUser: .max, budget: nil)

    static func budget(_ cpuMilli: Int64, _ memoryBytes: Int64) -> ReservationLimits {
        ReservationLimits(stacksPerUser: .max, budget: ResourceAmount(cpuMilli: cpuMilli, memoryBytes: memoryBytes))
    }
}

extension Date {
    /// The moment at which sample records are created.
    static let start = Date(microseconds: 1_750_000_000_123_456)

    static func start(plus microseconds: Int64) -> Date { Date(microseconds: start.microseconds + microseconds) }
}

extension StackFailure {
    static let sample = StackFailure(reason: "Unschedulable", message: "no node for the Pod: Insufficient cpu")
}

extension StackRecord.State {
    /// The states in which a record holds its lock, ports and resources.
    static let holding = allCases.filter { $0 != .failed }
}

extension StackStore {
    /// - Returns: why the reservation was refused; nil when it was written.
    func refusal(of record: StackRecord, within limits: ReservationLimits = .none) async throws -> ReservationRefusal? {
        do {
            try await reserve(record, within: limits)
            return nil
        } catch let refusal as ReservationRefusal {
            return refusal
        }
    }

    /// Writes a record and brings it into a state.
    @discardableResult
    func add(_ record: StackRecord, state: StackRecord.State = .reserved) async throws -> StackRecord {
        try await reserve(record, within: .none)
        switch state {
        case .reserved: return record
        case .active: return try await activate(record.id, owner: record.owner, nodeID: "node-1", at: record.updatedAt)
        case .deleting: return try #require(try await beginDelete(record.id, ifUnchanged: nil, at: record.updatedAt))
        case .failed:
            try await fail(record.id, failure: .sample, expiresAt: record.expiresAt, at: record.updatedAt)
            return try #require(try await self.record(record.id))
        }
    }

    /// Deletes a record at once.
    func drop(_ id: StackID) async throws {
        _ = try await beginDelete(id, ifUnchanged: nil, at: .start)
        try await remove(id)
    }

    /// What all records request, as the store itself counts it: the budget that a reservation finds used.
    func reserved() async throws -> ResourceAmount {
        let probe = StackRecord.sample(0xffff_ffff, user: .max, port: 1, cpu: 1, memory: 1)
        guard case .overBudget(let reserved) = try await refusal(of: probe, within: .budget(0, 0)) else {
            Issue.record("a budget of nothing refused nothing")
            return .zero
        }
        return reserved
    }
}

/// Runs `body` for each number at once.
/// - Returns: what they returned, in any order.
func concurrently<Result: Sendable>(
    _ numbers: Range<Int>,
    _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: Result.self) { group in
        for number in numbers { group.addTask { try await body(number) } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
