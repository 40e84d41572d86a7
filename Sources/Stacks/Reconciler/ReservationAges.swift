import FoundationEssentials
import Synchronization

/// How long this process has known each reservation, by its own monotonic clock. So neither a wall clock that is set nor the difference
/// between the clocks of two replicas makes a reservation look older than it is.
final class ReservationAges: Sendable {
    private struct Sighting {
        /// The owner's mark that it is still at work: it changes with the port.
        var updatedAt: Date
        var first: ContinuousClock.Instant
    }

    private let sightings = Mutex<[StackID: Sighting]>([:])

    /// How long the reservation has been known as it is now; nothing at its first sight.
    func age(of record: StackRecord, at now: ContinuousClock.Instant) -> Duration {
        sightings.withLock { sightings in
            if let known = sightings[record.id], known.updatedAt == record.updatedAt { return now - known.first }
            sightings[record.id] = Sighting(updatedAt: record.updatedAt, first: now)
            return .zero
        }
    }

    /// Forgets every reservation but those among these records.
    func keep(_ records: [StackRecord]) {
        let reserved = Set(records.lazy.filter { $0.state == .reserved }.map(\.id))
        sightings.withLock { sightings in sightings = sightings.filter { reserved.contains($0.key) } }
    }
}
