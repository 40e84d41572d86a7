import DequeModule
import Synchronization

/// Which connections are open, and which of them has been idle longest. A value without input or output.
struct ConnectionTable {
    typealias ID = Int

    enum Admission: Equatable {
        case admitted(ID)
        /// An idle connection has to close for it, and counts no longer.
        case admittedFor(ID, closing: ID)
        case refused
    }

    private struct Turn {
        var id: ID
        var number: Int
    }

    let limit: Int
    /// The turn in which a connection became idle; 0 for one with a request.
    private var idleSince: [ID: Int] = [:]
    /// In the order in which they became idle; entries of connections that are no longer idle since then are passed over.
    private var queue: Deque<Turn> = []
    private var lastNumber = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { idleSince.count }

    /// A connection was opened; it is idle.
    mutating func open() -> Admission {
        let victim = count < limit ? nil : longestIdle()
        if count >= limit, victim == nil { return .refused }
        if let victim { idleSince[victim] = nil }
        lastNumber += 1
        let id = lastNumber
        enqueue(id)
        return victim.map { .admittedFor(id, closing: $0) } ?? .admitted(id)
    }

    /// A request has come.
    /// - Returns: false when the connection has been given up for another before.
    mutating func begin(_ id: ID) -> Bool {
        guard idleSince[id] != nil else { return false }
        idleSince[id] = 0
        return true
    }

    /// No request is under way any more.
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
        // Keeps the queue as short as the table, at a constant cost for each entry.
        if queue.count > 2 * idleSince.count + 16 { queue.removeAll { idleSince[$0.id] != $0.number } }
    }

    private mutating func longestIdle() -> ID? {
        while let turn = queue.popFirst() {
            if idleSince[turn.id] == turn.number { return turn.id }
        }
        return nil
    }
}

/// The open connections of all event loops, and how each is closed.
final class Connections: Sendable {
    private struct State {
        var table: ConnectionTable
        var closing: [ConnectionTable.ID: @Sendable () -> Void] = [:]
    }

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(table: ConnectionTable(limit: limit)))
    }

    /// Closes the longest idle one when there are too many.
    /// - Parameter close: closes this one, from any thread.
    /// - Returns: nil when none is idle: the new one has to be closed.
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
        return id
    }

    /// - Returns: false when the connection is being closed for another.
    func begin(_ id: ConnectionTable.ID) -> Bool { state.withLock { $0.table.begin(id) } }

    func end(_ id: ConnectionTable.ID) { state.withLock { $0.table.end(id) } }

    func closed(_ id: ConnectionTable.ID) {
        state.withLock { state in
            state.table.close(id)
            state.closing[id] = nil
        }
    }
}
