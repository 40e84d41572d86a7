import DequeModule

/// Which NodePorts may be given next: a hint kept in memory, built from the watch of the cluster's Services. The
/// store's unique key and the API server have the last word.
///
/// A port is free when no create of this process, no Service of the cluster and no quarantine holds it. A choice costs the same
/// however full the range is. A port is held by the create from its choice until its Service is seen; from then on the Service holds
/// it, whichever replica removes it.
package struct PortPool: Sendable {
    /// Rests are measured by a clock that nobody sets: a wall clock may jump.
    package typealias Instant = ContinuousClock.Instant

    /// The range, inclusive.
    package let range: ClosedRange<Int>
    /// How long a port rests that the API server called taken although nothing here held it.
    package let quarantineTime: Duration
    /// How long a freed port is given only when no other is free: players' old connections may still come to it.
    package let coolingTime: Duration
    /// How long a create may hold a port. Longer than any create takes: this only frees the port of a Service that came and went while
    /// the watch was down.
    package let holdTime: Duration

    private var fresh = PortSet()
    private var cooling = PortSet()
    private var heldByCreates: [Int: Instant] = [:]
    private var serviceHolds: [Int: Int] = [:]
    private var resting: [Int: Rest] = [:]
    /// In order of their end.
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

    /// A create's hold on a port. It shows the hold when it lets go of the port, so that it can't free the hold of another create
    /// that was given the port meanwhile.
    package struct Hold: Sendable, Equatable {
        package let port: Int
        fileprivate let until: Instant
    }

    /// Takes a free port at random, for a stack.
    /// - Returns: nil when every port of the range is held.
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

    /// The port was taken but never used.
    package mutating func giveBack(_ hold: Hold) {
        guard end(hold) else { return }
        settle(hold.port)
    }

    /// The port turned out to be another stack's, or the create that held it was undone.
    package mutating func release(_ hold: Hold, at now: Instant) {
        guard end(hold) else { return }
        cool(hold.port, at: now)
    }

    /// Someone whom nothing here knows holds the port.
    package mutating func quarantine(_ hold: Hold, at now: Instant) {
        _ = end(hold)
        quarantine(hold.port, for: quarantineTime, at: now)
    }

    /// The stack that had the port is gone. A hold of another create stays.
    package mutating func cool(_ port: Int, at now: Instant) {
        guard range.contains(port) else { return }
        endRests(at: now)
        // A quarantine outlasts the cooling.
        if case .quarantined = resting[port] { return settle(port) }
        rest(port, .cooling(until: now + coolingTime))
    }

    /// The port is not to be given for a while, whoever may use it.
    package mutating func quarantine(_ port: Int, for time: Duration, at now: Instant) {
        guard range.contains(port) else { return }
        rest(port, .quarantined(until: now + time))
    }

    /// - Returns: whether the hold was still in force.
    private mutating func end(_ hold: Hold) -> Bool {
        guard heldByCreates[hold.port] == hold.until else { return false }
        heldByCreates[hold.port] = nil
        return true
    }

    /// A Service of the cluster, ours or not, has begun to hold the port.
    package mutating func serviceHolds(_ port: Int) {
        guard range.contains(port) else { return }
        serviceHolds[port, default: 0] += 1
        heldByCreates[port] = nil
        settle(port)
    }

    /// A Service of the cluster holds the port no longer. Players' connections may still come to it.
    package mutating func serviceReleases(_ port: Int, at now: Instant) {
        guard let holds = serviceHolds[port] else { return }
        serviceHolds[port] = holds == 1 ? nil : holds - 1
        if holds == 1 { cool(port, at: now) }
    }

    /// Ports that could be given now.
    package mutating func freeCount(at now: Instant) -> Int {
        endRests(at: now)
        return fresh.count + cooling.count
    }

    private mutating func rest(_ port: Int, _ rest: Rest) {
        resting[port] = rest
        switch rest {
        case .quarantined(let until):
            // Nearly always the last: only the port of a node that was given up rests longer than the others.
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

    /// Puts a port where its holders and its rest say it belongs.
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

/// A set with a random choice in constant time.
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
