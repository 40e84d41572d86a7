import DequeModule

/// The stacks to reconcile, and when: client-go's delaying, rate-limited work queue as a value.
///
/// A stack is in the queue once, however often it is added. It is handed out once at a time: added meanwhile, it is handed out again
/// afterwards. After a failure it rests for its backoff, whatever is added meanwhile.
///
/// Timed entries are searched from end to end when one is due: there is one for each stack at most, and ports limit the stacks to
/// thousands.
struct WorkQueue {
    typealias Instant = ContinuousClock.Instant

    /// The time of the next entry.
    enum Due: Comparable {
        case now
        case at(Instant)
        case never
    }

    enum Priority { case normal, low }

    private struct Entry {
        /// True if the stack is in `normal` or `low`.
        var isReady = false
        var isInFlight = false
        /// True if the stack was added while it was in flight.
        var isDirty = false
        /// The time of the next timed entry.
        var due: Instant?
        /// True if `due` is the end of the backoff after a failure.
        var isBackingOff = false
        var failures = 0

        var isIdle: Bool { !isReady && !isInFlight && due == nil && failures == 0 }
    }

    private var entries: [StackID: Entry] = [:]
    private var normal: Deque<StackID> = []
    private var low: Deque<StackID> = []
    /// The earliest timed entry.
    private var earliest: Instant?

    private static let firstBackoff: Duration = .seconds(1)
    private static let maximumBackoff: Duration = .seconds(16)

    /// True if no stack is queued or in flight.
    var isEmpty: Bool { entries.isEmpty }

    var due: Due { normal.isEmpty && low.isEmpty ? earliest.map(Due.at) ?? .never : .now }

    /// Adds a stack that is to be handed out as soon as possible.
    /// - Parameter priority: low for the suspects of a pass, which may be many; they are handed out after all others.
    /// - Returns: false if the stack is in backoff, whose end counts then.
    @discardableResult
    mutating func add(_ id: StackID, priority: Priority = .normal, now: Instant) -> Bool {
        advance(to: now)
        guard entries[id]?.isBackingOff != true else { return false }
        enqueue(id, priority: priority)
        return true
    }

    /// Adds a stack that is to be handed out at that time. The earlier one of two times counts.
    mutating func add(_ id: StackID, at time: Instant) {
        var entry = entries[id] ?? Entry()
        guard !entry.isBackingOff else { return }
        entry.due = entry.due.map { min($0, time) } ?? time
        entries[id] = entry
        earliest = earliest.map { min($0, time) } ?? time
    }

    /// Hands out the next stack that is due; its user calls ``done(_:)``, ``failed(_:now:)`` or ``forget(_:)`` afterwards.
    mutating func next(now: Instant) -> StackID? {
        advance(to: now)
        while let id = normal.popFirst() ?? low.popFirst() {
            // A forgotten stack stays in its line until here.
            guard entries[id]?.isReady == true else { continue }
            entries[id]?.isReady = false
            entries[id]?.isInFlight = true
            return id
        }
        return nil
    }

    /// Ends the work on a stack without failure.
    mutating func done(_ id: StackID) {
        guard var entry = entries[id], entry.isInFlight else { return }
        let isDirty = entry.isDirty
        entry.isInFlight = false
        entry.isDirty = false
        entry.failures = 0
        entries[id] = entry.isIdle ? nil : entry
        if isDirty { enqueue(id, priority: .normal) }
    }

    /// Ends the work on a stack with a failure: the stack is handed out again after 1 s, doubled for each failure in a row up to 16 s.
    /// - Returns: the number of failures in a row.
    @discardableResult
    mutating func failed(_ id: StackID, now: Instant) -> Int {
        guard var entry = entries[id], entry.isInFlight else { return 0 }
        let end = now + min(Self.firstBackoff * (1 << min(entry.failures, 10)), Self.maximumBackoff)
        entry.isInFlight = false
        entry.isDirty = false
        entry.failures += 1
        entry.due = end
        entry.isBackingOff = true
        entries[id] = entry
        findEarliest()
        return entry.failures
    }

    /// Drops everything about a stack that is gone. Also ends the work on it.
    mutating func forget(_ id: StackID) {
        let entry = entries.removeValue(forKey: id)
        if entry?.due != nil { findEarliest() }
    }

    /// Drops the backoffs of all stacks but these, with the entries that wait for their ends.
    mutating func keepBackoffs(of ids: Set<StackID>) {
        let ended = entries.filter { $0.value.isBackingOff && !ids.contains($0.key) }
        guard !ended.isEmpty else { return }
        for id in ended.keys { entries[id] = nil }
        findEarliest()
    }

    private mutating func findEarliest() { earliest = entries.values.lazy.compactMap(\.due).min() }

    private mutating func enqueue(_ id: StackID, priority: Priority) {
        var entry = entries[id] ?? Entry()
        defer { entries[id] = entry }
        guard !entry.isInFlight else { return entry.isDirty = true }
        guard !entry.isReady else { return }
        entry.isReady = true
        switch priority {
        case .normal: normal.append(id)
        case .low: low.append(id)
        }
    }

    /// Moves the timed entries that are due into the line, in their order.
    private mutating func advance(to now: Instant) {
        guard let first = earliest, first <= now else { return }
        var due: [(id: StackID, time: Instant)] = []
        for (id, entry) in entries {
            if let time = entry.due, time <= now { due.append((id, time)) }
        }
        for (id, _) in due.sorted(by: { ($0.time, $0.id) < ($1.time, $1.id) }) {
            entries[id]?.due = nil
            entries[id]?.isBackingOff = false
            enqueue(id, priority: .normal)
        }
        findEarliest()
    }
}
