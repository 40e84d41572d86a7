import Synchronization

// The values of one series each: counter, gauge and histogram.

/// A value of the registry.
protocol Collector: Sendable {
    func write(_ name: String, _ labels: [Label], to writer: inout ExpositionWriter)
}

/// A value that only grows.
public final class Counter: Collector {
    private let value = Mutex(0.0)

    /// Adds an amount; one that is negative or not a number is ignored.
    public func increment(by amount: Double = 1) {
        guard amount > 0, amount.isFinite else { return }
        value.withLock { $0 += amount }
    }

    /// Raises the counter to a value that was counted elsewhere; a lower one is ignored.
    public func raise(to total: Double) {
        guard total.isFinite else { return }
        value.withLock { $0 = max($0, total) }
    }

    /// Sets the counter to zero.
    public func reset() { value.withLock { $0 = 0 } }

    func write(_ name: String, _ labels: [Label], to writer: inout ExpositionWriter) {
        writer.sample(name, labels, value.withLock { $0 })
    }
}

/// A value that goes up and down.
public final class Gauge: Collector {
    private let value = Mutex(0.0)

    /// Sets the value.
    public func set(_ new: Double) { value.withLock { $0 = new } }

    /// Adds an amount, which may be negative.
    public func increment(by amount: Double) { value.withLock { $0 += amount } }

    func write(_ name: String, _ labels: [Label], to writer: inout ExpositionWriter) {
        writer.sample(name, labels, value.withLock { $0 })
    }
}

/// Counts observations in buckets.
public final class Histogram: Collector {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
        var count: UInt64 = 0
    }

    private let buckets: [Double]
    private let state: Mutex<State>

    init(buckets: [Double]) {
        self.buckets = buckets
        state = Mutex(State(counts: Array(repeating: 0, count: buckets.count)))
    }

    /// Adds an observation in the unit of the metric; one that is not a number is ignored.
    public func observe(_ value: Double) {
        guard value.isFinite else { return }
        state.withLock { state in
            state.sum += value
            state.count &+= 1
            if let index = buckets.firstIndex(where: { value <= $0 }) { state.counts[index] &+= 1 }
        }
    }

    func write(_ name: String, _ labels: [Label], to writer: inout ExpositionWriter) {
        let state = state.withLock { $0 }
        var cumulative: UInt64 = 0
        for (bound, count) in zip(buckets, state.counts) {
            cumulative &+= count
            writer.sample(name + "_bucket", labels + [Label(name: "le", value: writer.number(bound))], Double(cumulative))
        }
        writer.sample(name + "_bucket", labels + [Label(name: "le", value: "+Inf")], Double(state.count))
        writer.sample(name + "_sum", labels, state.sum)
        writer.sample(name + "_count", labels, Double(state.count))
    }
}
