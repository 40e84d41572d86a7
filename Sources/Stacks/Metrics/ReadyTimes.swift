import CoreMetrics
import Synchronization

/// Measures the time from the acceptance of a create to the readiness of its Pod, for the creates of this process.
package final class ReadyTimes: Sendable {
    static let metric = "provisioner_create_ready_seconds"

    private let begun = Mutex<[StackID: ContinuousClock.Instant]>([:])

    package init() {}

    /// The number of creates whose Pod is awaited.
    package var count: Int { begun.withLock { $0.count } }

    /// To be called before the Pod is created: its watch events may come before the answer.
    package func began(_ id: StackID, at instant: ContinuousClock.Instant) { begun.withLock { $0[id] = instant } }

    /// Records the time of a Pod that is ready for the first time.
    package func isReady(_ id: StackID) {
        guard let started = begun.withLock({ $0.removeValue(forKey: id) }) else { return }
        Timer(label: Self.metric).record(since: started)
    }

    /// Forgets a stack whose Pod is gone or was never made.
    package func isGone(_ id: StackID) { begun.withLock { $0[id] = nil } }
}
