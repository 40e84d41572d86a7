import CoreMetrics
import DequeModule
import Synchronization

/// The open connections, ordered by how long they have been idle. A value without I/O.
struct ConnectionTable {
    typealias ID = Int

    enum Admission: Equatable {
        case admitted(ID)
        /// The idle connection `closing` has to close in its favour, and counts no longer.
        case admittedFor(ID, closing: ID)
        case refused
    }

    private struct Turn {
        var id: ID
        var number: Int
    }

    let limit: Int
    /// The number at which each connection became idle; 0 for a connection with a request.
    private var idleSince: [ID: Int] = [:]
    /// Idle connections, ordered by the start of idleness. Entries of connections that are no longer idle are skipped.
    private var queue: Deque<Turn> = []
    private var lastNumber = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { idleSince.count }

    /// Adds a connection, which starts idle.
    mutating func open() -> Admission {
        let victim = count < limit ? nil : longestIdle()
        if count >= limit, victim == nil { return .refused }
        if let victim { idleSince[victim] = nil }
        lastNumber += 1
        let id = lastNumber
        enqueue(id)
        return victim.map { .admittedFor(id, closing: $0) } ?? .admitted(id)
    }

    /// Records a request.
    /// - Returns: false if the connection is being closed in favour of another.
    mutating func begin(_ id: ID) -> Bool {
        guard idleSince[id] != nil else { return false }
        idleSince[id] = 0
        return true
    }

    /// Records that the connection has no request any more.
    mutating func end(_ id: ID) {
        guard idleSince[id] == 0 else { return }
        lastNumber += 1
        enqueue(id)
    }

    mutating func close(_ id: ID) {
        idleSince[id] = nil
    }

    private mutating func enqueue(_ id: ID) {
        idleSince[id] = lastNumber
        queue.append(Turn(id: id, number: lastNumber))
        // Bounds the queue by the size of the table, at a constant cost per entry.
        if queue.count > 2 * idleSince.count + 16 { queue.removeAll { idleSince[$0.id] != $0.number } }
    }

    private mutating func longestIdle() -> ID? {
        while let turn = queue.popFirst() {
            if idleSince[turn.id] == turn.number { return turn.id }
        }
        return nil
    }
}

/// The open connections of all event loops, with the function that closes each.
final class Connections: Sendable {
    private struct State {
        var table: ConnectionTable
        var closing: [ConnectionTable.ID: @Sendable () -> Void] = [:]
    }

    private let state: Mutex<State>
    private let gauge: Meter?

    /// - Parameter gauge: set to the number of open connections.
    init(limit: Int, gauge: Meter? = nil) {
        state = Mutex(State(table: ConnectionTable(limit: limit)))
        self.gauge = gauge
    }

    /// Adds a connection, and closes the one that is idle longest if there are too many.
    /// - Parameter close: closes this connection, from any thread.
    /// - Returns: nil if no connection is idle: the new one has to be closed.
    func open(_ close: @escaping @Sendable () -> Void) -> ConnectionTable.ID? {
        let (id, closing): (ConnectionTable.ID?, (@Sendable () -> Void)?) = state.withLock { state in
            switch state.table.open() {
            case .refused: return (nil, nil)
            case .admitted(let id):
                state.closing[id] = close
                return (id, nil)
            case .admittedFor(let id, let victim):
                state.closing[id] = close
                return (id, state.closing.removeValue(forKey: victim))
            }
        }
        closing?()
        count()
        return id
    }

    /// - Returns: false if the connection is being closed in favour of another.
    func begin(_ id: ConnectionTable.ID) -> Bool { state.withLock { $0.table.begin(id) } }

    func end(_ id: ConnectionTable.ID) { state.withLock { $0.table.end(id) } }

    func closed(_ id: ConnectionTable.ID) {
        state.withLock { state in
            state.table.close(id)
            state.closing[id] = nil
        }
        count()
    }

    private func count() { gauge?.set(state.withLock { $0.table.count }) }
}
