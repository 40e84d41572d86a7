import Synchronization

/// A value that several tasks of a test share.
final class Box<Value: Sendable>: Sendable {
    private let content: Mutex<Value>

    init(_ value: Value) { content = Mutex(value) }

    var value: Value { content.withLock { $0 } }

    func set(_ value: Value) { content.withLock { $0 = value } }

    func change(_ body: (inout sending Value) -> Void) { content.withLock { body(&$0) } }
}
