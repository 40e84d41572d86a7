package import FoundationEssentials

/// The stacks as the last pass of the reconciler found them.
package struct StackCounts: Sendable, Equatable {
    private var statuses = Dictionary(uniqueKeysWithValues: StackStatus.allCases.map { ($0, 0) })
    private var deleting = 0
    /// The number of records that cannot be read.
    package var unreadable: Int
    /// The time at which the stack was marked that has been in deletion for longest; nil if none is.
    package private(set) var oldestMark: Date?

    init(unreadable: Int) { self.unreadable = unreadable }

    /// The number of stacks by status; stacks that are being removed count as `deleting`. Every status is there.
    package var byStatus: [String: Int] {
        var counts = Dictionary(uniqueKeysWithValues: statuses.map { ($0.key.rawValue, $0.value) })
        counts["deleting"] = deleting
        return counts
    }

    /// - Parameter status: the status that callers see.
    mutating func count(_ record: StackRecord, status: @autoclosure () -> StackStatus) {
        guard record.state == .deleting else { return statuses[status(), default: 0] += 1 }
        deleting += 1
        oldestMark = min(oldestMark ?? record.updatedAt, record.updatedAt)
    }
}
