import Synchronization

@testable import StackStoreDynamoDB

/// A clock that nothing moves but pauses, which take no time.
final class PausedClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func pause(for duration: Duration) { instant.withLock { $0 += duration } }
}

extension Contention {
    /// With the documented times, by a clock of its own.
    static func quick(random: Double = 0.5, onPause: @escaping @Sendable (Duration) -> Void = { _ in }) -> Contention {
        let clock = PausedClock()
        return Contention(
            now: { clock.now },
            pause: {
                onPause($0)
                clock.pause(for: $0)
            },
            random: { random }
        )
    }
}
