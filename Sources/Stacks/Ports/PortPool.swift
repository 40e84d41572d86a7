import DequeModule

/// Chooses free NodePorts. The pool is an in-memory hint built from the watch of Services; the unique key of the store and the API server
/// decide.
///
/// A create holds its port until the watch reports the Service; from then on the Service holds the port, whichever replica deletes it.
/// A port without a holder is in one of three states:
///
/// - fresh: allocated first, at random in constant time.
/// - short cooldown: after its stack; allocated only if no fresh port is left.
/// - long cooldown: since its holder is unknown or its node was given up; not allocated.
package struct PortPool: Sendable {
    /// Cooldowns use a monotonic clock, since a wall clock may jump.
    package typealias Instant = ContinuousClock.Instant

    package let range: ClosedRange<Int>
    /// The long cooldown, of a port that the API server reported as allocated although no holder is known.
    package let longCooldown: Duration
    /// The short cooldown, of a freed port: old connections of players may still reach it.
    package let shortCooldown: Duration
    /// The maximum time for which a create holds a port, longer than any create takes. It frees the port of a Service that was created and
    /// deleted while the watch was down.
    package let holdTime: Duration

    private var fresh = PortSet()
    private var inShortCooldown = PortSet()
    private var heldByCreates: [Int: Instant] = [:]
    private var serviceHolds: [Int: Int] = [:]
    private var cooldowns: [Int: Cooldown] = [:]
    /// The ends of long cooldowns, ordered by time.
    private var longCooldownEnds: Deque<End> = []
    private var shortCooldownEnds: Deque<End> = []
    private var holdEnds: Deque<End> = []

    private enum Cooldown { case long(until: Instant), short(until: Instant) }
    private struct End {
        var port: Int
        var until: Instant
    }

    package init(
        range: ClosedRange<Int>,
        longCooldown: Duration = .seconds(300),
        shortCooldown: Duration = .seconds(60),
        holdTime: Duration = .seconds(600)
    ) {
        self.range = range
        self.longCooldown = longCooldown
        self.shortCooldown = shortCooldown
        self.holdTime = holdTime
        for port in range { fresh.insert(port) }
    }

    /// A create's hold on a port. Releasing requires the hold itself, so that a create cannot release the port that another create was
    /// allocated meanwhile.
    package struct Hold: Sendable, Equatable {
        package let port: Int
        fileprivate let until: Instant
    }

    /// Allocates `count` random free ports, all or none.
    /// - Returns: nil if fewer ports of the range are free.
    package mutating func allocate(_ count: Int, at now: Instant, using generator: inout some RandomNumberGenerator) -> [Hold]? {
        guard count <= freeCount(at: now) else { return nil }
        return (0..<max(0, count)).compactMap { _ in allocate(at: now, using: &generator) }
    }

    /// Allocates a random free port.
    /// - Returns: nil if every port of the range is held.
    package mutating func allocate(at now: Instant, using generator: inout some RandomNumberGenerator) -> Hold? {
        expireCooldowns(at: now)
        guard let port = fresh.random(using: &generator) ?? inShortCooldown.random(using: &generator) else { return nil }
        let hold = Hold(port: port, until: now + holdTime)
        heldByCreates[port] = hold.until
        holdEnds.append(End(port: port, until: hold.until))
        cooldowns[port] = nil
        reindex(port)
        return hold
    }

    /// Returns an unused port without cooldown.
    package mutating func returnUnused(_ hold: Hold) {
        guard end(hold) else { return }
        reindex(hold.port)
    }

    /// Releases the port of another stack, or of a create that was undone, and starts its short cooldown.
    package mutating func release(_ hold: Hold, at now: Instant) {
        guard end(hold) else { return }
        startShortCooldown(hold.port, at: now)
    }

    /// Releases a port with an unknown holder and starts its long cooldown.
    package mutating func startLongCooldown(_ hold: Hold, at now: Instant) {
        _ = end(hold)
        startLongCooldown(hold.port, for: longCooldown, at: now)
    }

    /// Starts the short cooldown of a removed stack's port. The hold of another create stays.
    package mutating func startShortCooldown(_ port: Int, at now: Instant) {
        guard range.contains(port) else { return }
        expireCooldowns(at: now)
        // The long cooldown outlasts the short one.
        if case .long = cooldowns[port] { return reindex(port) }
        startCooldown(port, .short(until: now + shortCooldown))
    }

    /// Starts a long cooldown of `time`.
    package mutating func startLongCooldown(_ port: Int, for time: Duration, at now: Instant) {
        guard range.contains(port) else { return }
        startCooldown(port, .long(until: now + time))
    }

    /// - Returns: true if the hold was still valid.
    private mutating func end(_ hold: Hold) -> Bool {
        guard heldByCreates[hold.port] == hold.until else { return false }
        heldByCreates[hold.port] = nil
        return true
    }

    /// Records that a Service, of this provisioner or not, has the port.
    package mutating func serviceHolds(_ port: Int) {
        guard range.contains(port) else { return }
        serviceHolds[port, default: 0] += 1
        heldByCreates[port] = nil
        reindex(port)
    }

    /// Records that no Service has the port any more, and starts its cooldown: old connections of players may still reach it.
    package mutating func serviceReleases(_ port: Int, at now: Instant) {
        guard let holds = serviceHolds[port] else { return }
        serviceHolds[port] = holds == 1 ? nil : holds - 1
        if holds == 1 { startShortCooldown(port, at: now) }
    }

    /// Returns the number of ports that can be allocated now.
    package mutating func freeCount(at now: Instant) -> Int {
        expireCooldowns(at: now)
        return fresh.count + inShortCooldown.count
    }

    /// The ports of the range by state.
    package struct Counts: Sendable, Equatable {
        /// Allocated first.
        package var free: Int
        /// Held by a create or a Service.
        package var used: Int
        /// In a cooldown.
        package var resting: Int
    }

    package mutating func counts(at now: Instant) -> Counts {
        expireCooldowns(at: now)
        let used = Set(heldByCreates.keys).union(serviceHolds.keys).count
        return Counts(free: fresh.count, used: used, resting: range.count - fresh.count - used)
    }

    private mutating func startCooldown(_ port: Int, _ cooldown: Cooldown) {
        cooldowns[port] = cooldown
        switch cooldown {
        case .long(let until):
            // Nearly always the last position: only ports of given-up nodes have a longer cooldown.
            let position = longCooldownEnds.lastIndex { $0.until <= until }.map { $0 + 1 } ?? 0
            longCooldownEnds.insert(End(port: port, until: until), at: position)
        case .short(let until): shortCooldownEnds.append(End(port: port, until: until))
        }
        reindex(port)
    }

    private mutating func expireCooldowns(at now: Instant) {
        while let end = holdEnds.first, end.until <= now {
            holdEnds.removeFirst()
            returnUnused(Hold(port: end.port, until: end.until))
        }
        while let end = longCooldownEnds.first, end.until <= now {
            longCooldownEnds.removeFirst()
            guard case .long(end.until) = cooldowns[end.port] else { continue }
            cooldowns[end.port] = nil
            reindex(end.port)
        }
        while let end = shortCooldownEnds.first, end.until <= now {
            shortCooldownEnds.removeFirst()
            guard case .short(end.until) = cooldowns[end.port] else { continue }
            cooldowns[end.port] = nil
            reindex(end.port)
        }
    }

    /// Recomputes which set the port belongs to from its holders and its cooldown.
    private mutating func reindex(_ port: Int) {
        guard range.contains(port) else { return }
        fresh.remove(port)
        inShortCooldown.remove(port)
        guard heldByCreates[port] == nil, serviceHolds[port] == nil else { return }
        switch cooldowns[port] {
        case nil: fresh.insert(port)
        case .short: inShortCooldown.insert(port)
        case .long: break
        }
    }
}

/// A set of ports with random choice in constant time.
private struct PortSet: Sendable {
    private var ports: [Int] = []
    private var positions: [Int: Int] = [:]

    var count: Int { ports.count }

    mutating func insert(_ port: Int) {
        guard positions[port] == nil else { return }
        positions[port] = ports.count
        ports.append(port)
    }

    mutating func remove(_ port: Int) {
        guard let position = positions.removeValue(forKey: port) else { return }
        let last = ports.removeLast()
        guard last != port else { return }
        ports[position] = last
        positions[last] = position
    }

    func random(using generator: inout some RandomNumberGenerator) -> Int? {
        ports.randomElement(using: &generator)
    }
}
