import Synchronization

/// The thread-safe ``PortPool`` of this process, shared by requests, the reconciler and the watch of Services.
package final class Ports: Sendable {
    /// The ports that stacks may get.
    package let range: ClosedRange<Int>
    private let pool: Mutex<PortPool>
    private let now: @Sendable () -> ContinuousClock.Instant

    package init(pool: PortPool, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        range = pool.range
        self.pool = Mutex(pool)
        self.now = now
    }

    /// The number of ports that can be allocated now.
    package var freeCount: Int { pool.withLock { $0.freeCount(at: now()) } }

    /// The ports of the range by state.
    package var counts: PortPool.Counts { pool.withLock { $0.counts(at: now()) } }

    /// Updates the pool after the NodePorts of a Service changed from `old` to `new`.
    package func serviceChanged(from old: [Int], to new: [Int]) {
        pool.withLock { pool in
            for port in new { pool.serviceHolds(port) }
            for port in old { pool.serviceReleases(port, at: now()) }
        }
    }

    /// Allocates `count` ports, all or none.
    /// - Returns: nil if fewer are free.
    func allocate(_ count: Int) -> [PortPool.Hold]? {
        var generator = SystemRandomNumberGenerator()
        return pool.withLock { $0.allocate(count, at: now(), using: &generator) }
    }

    func returnUnused(_ holds: [PortPool.Hold]) { pool.withLock { pool in for hold in holds { pool.returnUnused(hold) } } }
    func release(_ holds: [PortPool.Hold]) { pool.withLock { pool in for hold in holds { pool.release(hold, at: now()) } } }
    func startLongCooldown(_ hold: PortPool.Hold) { pool.withLock { $0.startLongCooldown(hold, at: now()) } }
    func startShortCooldown(_ ports: [Int]) { pool.withLock { pool in for port in ports { pool.startShortCooldown(port, at: now()) } } }
    func startLongCooldown(_ ports: [Int], for time: Duration) {
        pool.withLock { pool in for port in ports { pool.startLongCooldown(port, for: time, at: now()) } }
    }
}
