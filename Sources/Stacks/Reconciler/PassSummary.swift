import Logging

/// Counts of one reconciler pass.
package struct PassSummary: Sendable, Equatable {
    package var records = 0
    package var repairs: [Repair: Int] = [:]
    package var failures = 0
    /// Deletions that wait for a Pod to end.
    package var pending = 0
    /// Records of another namespace, which this service ignores.
    package var foreign = 0
    /// Unreadable records; their objects are left alone.
    package var unreadable = 0
    /// Stacks in backoff after a failed attempt.
    package var postponed = 0
    package var duration: Duration = .zero

    package init() {}

    var isQuiet: Bool { repairs.isEmpty && failures == 0 && pending == 0 && postponed == 0 && foreign == 0 && unreadable == 0 }

    mutating func count(_ outcome: Reconciler.Outcome) {
        switch outcome {
        case .repaired(let repair): repairs[repair, default: 0] += 1
        case .pending: pending += 1
        case .healthy, .nothingToDo, .gone, .deferred: break
        case .failed: failures += 1
        }
    }

    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "records": "\(records)",
            "failures": "\(failures)",
            "pending": "\(pending)",
            "postponed": "\(postponed)",
            "duration_ms": "\(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)",
        ]
        if foreign > 0 { metadata["foreign"] = "\(foreign)" }
        if unreadable > 0 { metadata["unreadable"] = "\(unreadable)" }
        for (repair, count) in repairs { metadata[repair.rawValue] = "\(count)" }
        return metadata
    }
}
