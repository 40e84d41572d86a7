import Synchronization

/// The thread-safe ``PortPool`` of this process, shared by requests, the reconciler and the watch of Services.
package final class Ports: Sendable {
    private let pool: Mutex<PortPool>
    private let now: @Sendable () -> ContinuousClock.Instant

    package init(pool: PortPool, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.pool = Mutex(pool)
        self.now = now
    }

    /// The number of ports that can be allocated now.
    package var freeCount: Int { pool.withLock { $0.freeCount(at: now()) } }

    /// Updates the pool after the NodePorts of a Service changed from `old` to `new`.
    package func serviceChanged(from old: [Int], to new: [Int]) {
        pool.withLock { pool in
            for port in new { pool.serviceHolds(port) }
            for port in old { pool.serviceReleases(port, at: now()) }
        }
    }

    func take() -> PortPool.Hold? {
        var generator = SystemRandomNumberGenerator()
        return pool.withLock { $0.take(at: now(), using: &generator) }
    }

    func giveBack(_ hold: PortPool.Hold) { pool.withLock { $0.giveBack(hold) } }
    func release(_ hold: PortPool.Hold) { pool.withLock { $0.release(hold, at: now()) } }
    func quarantine(_ hold: PortPool.Hold) { pool.withLock { $0.quarantine(hold, at: now()) } }
    func cool(_ port: Int) { pool.withLock { $0.cool(port, at: now()) } }
    func quarantine(_ port: Int, for time: Duration) { pool.withLock { $0.quarantine(port, for: time, at: now()) } }
}
