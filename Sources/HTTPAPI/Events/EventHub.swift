import CoreMetrics
import NIOCore
import Stacks
import Synchronization

/// Sends every change of a stack to all open `GET /stacks/events`, encoded once. It follows the stacks only while somebody listens.
final class EventHub: Sendable {
    private struct Entry {
        var position: StackCursor
        var json: ByteBuffer
    }

    private struct State {
        /// Counts the times at which the hub began to follow; messages for an earlier time are dropped.
        var term = 0
        /// Nil until the first snapshot of the term.
        var stacks: [StackID: Entry]?
        /// The snapshot of the present stacks, once somebody needs it.
        var snapshot: ByteBuffer?
        var lastEvent: UInt64 = 0
        var consumers: [Int: EventConsumer] = [:]
        var lastConsumer = 0
    }

    private let changes: StackChanges
    private let maximumConsumers: Int
    private let state = Mutex(State())
    private let gauge = Meter(label: "provisioner_event_consumers")

    init(changes: StackChanges, maximumConsumers: Int) {
        self.changes = changes
        self.maximumConsumers = maximumConsumers
        gauge.set(0)
    }

    var consumerCount: Int { state.withLock { $0.consumers.count } }

    /// Adds a consumer, whose first message is a snapshot.
    /// - Returns: a ticket for ``remove(_:)``.
    /// - Throws: ``StackError`` `too_many_listeners`.
    func add(_ consumer: EventConsumer) throws -> Int {
        try state.withLock { state in
            guard state.consumers.count < maximumConsumers else {
                let message = "\(maximumConsumers) clients listen to the events already; no more are served"
                throw StackError(.tooManyListeners, message, retryAfterSeconds: 10)
            }
            state.lastConsumer += 1
            state.consumers[state.lastConsumer] = consumer
            gauge.set(state.consumers.count)
            if state.consumers.count == 1 {
                state.term += 1
                changes.attach { [term = state.term] update in self.receive(update, term) }
            } else if let stacks = state.stacks {
                let snapshot = state.snapshot ?? Self.snapshot(of: stacks, id: state.lastEvent)
                state.snapshot = snapshot
                consumer.push(snapshot)
            }
            return state.lastConsumer
        }
    }

    func remove(_ ticket: Int) {
        state.withLock { state in
            guard state.consumers.removeValue(forKey: ticket) != nil else { return }
            gauge.set(state.consumers.count)
            guard state.consumers.isEmpty else { return }
            state.stacks = nil
            state.snapshot = nil
            changes.detach()
        }
    }

    private func receive(_ update: FeedUpdate, _ term: Int) {
        state.withLock { state in
            guard term == state.term, !state.consumers.isEmpty else { return }
            do {
                if let message = try Self.message(for: update, &state) {
                    for consumer in state.consumers.values { consumer.push(message) }
                }
            } catch {
                let error = error as? StackError ?? StackError(.internalError, "an internal error occurred")
                for consumer in state.consumers.values { consumer.end(.failed(error)) }
            }
        }
    }

    /// Applies an update.
    /// - Returns: the message to all consumers.
    /// - Throws: the error with which their streams end.
    private static func message(for update: FeedUpdate, _ state: inout State) throws -> ByteBuffer? {
        switch update {
        case .failed(let error):
            // Those who have a snapshot are served again once the stacks can be read.
            if state.stacks == nil { throw error }
            return nil
        case .snapshot(let list):
            var stacks: [StackID: Entry] = [:]
            for stack in list {
                stacks[stack.record.id] = Entry(position: StackCursor(stack.record), json: JSONWriter.buffer(of: StackBody(stack)))
            }
            state.stacks = stacks
            state.lastEvent += 1
            let snapshot = snapshot(of: stacks, id: state.lastEvent)
            state.snapshot = snapshot
            return snapshot
        case .stack(let stack):
            let json = JSONWriter.buffer(of: StackBody(stack))
            state.stacks?[stack.record.id] = Entry(position: StackCursor(stack.record), json: json)
            return event("stack", json, &state)
        case .removed(let id):
            state.stacks?[id] = nil
            return event("removed", JSONWriter.buffer(of: RemovedBody(id: id)), &state)
        }
    }

    private static func event(_ name: String, _ json: ByteBuffer, _ state: inout State) -> ByteBuffer {
        state.snapshot = nil
        state.lastEvent += 1
        return EventMessage.event(name, id: state.lastEvent, data: json)
    }

    /// Joins the encoded stacks, oldest first.
    private static func snapshot(of stacks: [StackID: Entry], id: UInt64) -> ByteBuffer {
        let sorted = stacks.values.sorted { $0.position < $1.position }
        var data = ByteBuffer(string: #"{"stacks":["#)
        data.reserveCapacity(sorted.reduce(16) { $0 + $1.json.readableBytes + 1 })
        for (index, entry) in sorted.enumerated() {
            if index > 0 { data.writeStaticString(",") }
            data.writeImmutableBuffer(entry.json)
        }
        data.writeStaticString("]}")
        return EventMessage.event("snapshot", id: id, data: data)
    }

    private struct RemovedBody: JSONWritable {
        var id: StackID

        func write(to json: inout JSONWriter) { json.object { $0.field("stack_id", id.description) } }
    }
}
