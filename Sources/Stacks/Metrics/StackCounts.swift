package import FoundationEssentials

/// The stacks as the last pass of the reconciler found them.
package struct StackCounts: Sendable, Equatable {
    /// The number of stacks by status; stacks that are being removed count as `deleting`. Every status is there.
    package private(set) var byStatus: [String: Int]
    /// The number of records that cannot be read.
    package var unreadable: Int
    /// The time at which the stack was marked that has been in deletion for longest; nil if none is.
    package private(set) var oldestMark: Date?

    private static let deleting = "deleting"

    /// - Parameter status: returns the status that callers see.
    init(_ records: [StackRecord], unreadable: Int, status: (StackRecord) -> StackStatus) {
        byStatus = Dictionary(uniqueKeysWithValues: (StackStatus.allCases.map(\.rawValue) + [Self.deleting]).map { ($0, 0) })
        self.unreadable = unreadable
        for record in records {
            guard record.state == .deleting else {
                byStatus[status(record).rawValue, default: 0] += 1
                continue
            }
            byStatus[Self.deleting, default: 0] += 1
            oldestMark = min(oldestMark ?? record.updatedAt, record.updatedAt)
        }
    }
}
