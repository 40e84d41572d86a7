import FoundationEssentials
import Synchronization

/// Measures how long this process has seen each reservation unchanged, by the monotonic clock. Neither a change of the wall clock nor clock
/// skew between replicas makes a reservation look older.
final class ReservationAges: Sendable {
    private struct Observation {
        /// The time of the last update. It changes with the port, which proves that the owner is still at work.
        var updatedAt: Date
        var first: ContinuousClock.Instant
    }

    private let observations = Mutex<[StackID: Observation]>([:])

    /// Returns the time since the reservation was first observed in its current form; zero at the first observation.
    func age(of record: StackRecord, at now: ContinuousClock.Instant) -> Duration {
        observations.withLock { observations in
            if let known = observations[record.id], known.updatedAt == record.updatedAt { return now - known.first }
            observations[record.id] = Observation(updatedAt: record.updatedAt, first: now)
            return .zero
        }
    }

    /// Removes every reservation but these.
    func keep(_ reserved: Set<StackID>) {
        observations.withLock { observations in observations = observations.filter { reserved.contains($0.key) } }
    }
}
