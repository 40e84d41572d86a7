import DequeModule

/// Chooses free NodePorts. The pool is an in-memory hint built from the watch of Services; the unique key of the store and the API server
/// decide.
///
/// A create holds its port until the watch reports the Service; from then on the Service holds the port, whichever replica deletes it.
/// A port without a holder is in one of three states:
///
/// - fresh: allocated first, at random in constant time.
/// - cooling: in short cooldown after its stack; allocated only if no fresh port is left.
/// - quarantined: in long cooldown, since its holder is unknown or its node was given up; not allocated.
package struct PortPool: Sendable {
    /// Cooldowns use a monotonic clock, since a wall clock may jump.
    package typealias Instant = ContinuousClock.Instant

    package let range: ClosedRange<Int>
    /// The long cooldown, of a port that the API server reported as allocated although no holder is known.
    package let quarantineTime: Duration
    /// The short cooldown, of a freed port: old connections of players may still reach it.
    package let coolingTime: Duration
    /// The maximum time for which a create holds a port, longer than any create takes. It frees the port of a Service that was created and
    /// deleted while the watch was down.
    package let holdTime: Duration

    private var fresh = PortSet()
    private var cooling = PortSet()
    private var heldByCreates: [Int: Instant] = [:]
    private var serviceHolds: [Int: Int] = [:]
    private var resting: [Int: Rest] = [:]
    /// The ends of long cooldowns, ordered by time.
    private var quarantineEnds: Deque<RestEnd> = []
    private var coolingEnds: Deque<RestEnd> = []
    private var holdEnds: Deque<RestEnd> = []

    private enum Rest { case quarantined(until: Instant), cooling(until: Instant) }
    private struct RestEnd {
        var port: Int
        var until: Instant
    }

    package init(
        range: ClosedRange<Int>,
        quarantineTime: Duration = .seconds(300),
        coolingTime: Duration = .seconds(60),
        holdTime: Duration = .seconds(600)
    ) {
        self.range = range
        self.quarantineTime = quarantineTime
        self.coolingTime = coolingTime
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
    package mutating func take(_ count: Int, at now: Instant, using generator: inout some RandomNumberGenerator) -> [Hold]? {
        guard count <= freeCount(at: now) else { return nil }
        return (0..<max(0, count)).compactMap { _ in take(at: now, using: &generator) }
    }

    /// Allocates a random free port.
    /// - Returns: nil if every port of the range is held.
    package mutating func take(at now: Instant, using generator: inout some RandomNumberGenerator) -> Hold? {
        endRests(at: now)
        guard let port = fresh.random(using: &generator) ?? cooling.random(using: &generator) else { return nil }
        let hold = Hold(port: port, until: now + holdTime)
        heldByCreates[port] = hold.until
        holdEnds.append(RestEnd(port: port, until: hold.until))
        resting[port] = nil
        settle(port)
        return hold
    }

    /// Returns an unused port without cooldown.
    package mutating func giveBack(_ hold: Hold) {
        guard end(hold) else { return }
        settle(hold.port)
    }

    /// Releases the port of another stack, or of a create that was undone, and starts its short cooldown.
    package mutating func release(_ hold: Hold, at now: Instant) {
        guard end(hold) else { return }
        cool(hold.port, at: now)
    }

    /// Releases a port with an unknown holder and starts its long cooldown.
    package mutating func quarantine(_ hold: Hold, at now: Instant) {
        _ = end(hold)
        quarantine(hold.port, for: quarantineTime, at: now)
    }

    /// Starts the short cooldown of a removed stack's port. The hold of another create stays.
    package mutating func cool(_ port: Int, at now: Instant) {
        guard range.contains(port) else { return }
        endRests(at: now)
        // The long cooldown outlasts the short one.
        if case .quarantined = resting[port] { return settle(port) }
        rest(port, .cooling(until: now + coolingTime))
    }

    /// Starts a long cooldown of `time`.
    package mutating func quarantine(_ port: Int, for time: Duration, at now: Instant) {
        guard range.contains(port) else { return }
        rest(port, .quarantined(until: now + time))
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
        settle(port)
    }

    /// Records that no Service has the port any more, and starts its cooldown: old connections of players may still reach it.
    package mutating func serviceReleases(_ port: Int, at now: Instant) {
        guard let holds = serviceHolds[port] else { return }
        serviceHolds[port] = holds == 1 ? nil : holds - 1
        if holds == 1 { cool(port, at: now) }
    }

    /// Returns the number of ports that can be allocated now.
    package mutating func freeCount(at now: Instant) -> Int {
        endRests(at: now)
        return fresh.count + cooling.count
    }

    private mutating func rest(_ port: Int, _ rest: Rest) {
        resting[port] = rest
        switch rest {
        case .quarantined(let until):
            // Nearly always the last position: only ports of given-up nodes have a longer cooldown.
            let position = quarantineEnds.lastIndex { $0.until <= until }.map { $0 + 1 } ?? 0
            quarantineEnds.insert(RestEnd(port: port, until: until), at: position)
        case .cooling(let until): coolingEnds.append(RestEnd(port: port, until: until))
        }
        settle(port)
    }

    private mutating func endRests(at now: Instant) {
        while let end = holdEnds.first, end.until <= now {
            holdEnds.removeFirst()
            giveBack(Hold(port: end.port, until: end.until))
        }
        while let end = quarantineEnds.first, end.until <= now {
            quarantineEnds.removeFirst()
            guard case .quarantined(end.until) = resting[end.port] else { continue }
            resting[end.port] = nil
            settle(end.port)
        }
        while let end = coolingEnds.first, end.until <= now {
            coolingEnds.removeFirst()
            guard case .cooling(end.until) = resting[end.port] else { continue }
            resting[end.port] = nil
            settle(end.port)
        }
    }

    /// Recomputes which set the port belongs to from its holders and its cooldown.
    private mutating func settle(_ port: Int) {
        guard range.contains(port) else { return }
        fresh.remove(port)
        cooling.remove(port)
        guard heldByCreates[port] == nil, serviceHolds[port] == nil else { return }
        switch resting[port] {
        case nil: fresh.insert(port)
        case .cooling: cooling.insert(port)
        case .quarantined: break
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
