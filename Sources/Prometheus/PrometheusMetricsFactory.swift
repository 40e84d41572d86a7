public import CoreMetrics

/// The backend of swift-metrics that writes into a registry. Timers and aggregating recorders become histograms, timers in seconds.
public struct PrometheusMetricsFactory: MetricsFactory {
    private let registry: PrometheusCollectorRegistry

    /// Creates a factory for a registry.
    public init(registry: PrometheusCollectorRegistry) { self.registry = registry }

    /// Returns the counter of the registry.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.makeCounter(name: label, labels: dimensions).map(CounterAdapter.init) ?? NOOPMetricsHandler.instance
    }

    /// Returns the counter of the registry.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        registry.makeCounter(name: label, labels: dimensions).map(CounterAdapter.init) ?? NOOPMetricsHandler.instance
    }

    /// Returns the gauge of the registry.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        registry.makeGauge(name: label, labels: dimensions).map(GaugeAdapter.init) ?? NOOPMetricsHandler.instance
    }

    /// Returns the histogram of the registry, or the gauge if the recorder does not aggregate.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate {
            return registry.makeHistogram(name: label, labels: dimensions).map { HistogramAdapter($0) } ?? NOOPMetricsHandler.instance
        }
        return registry.makeGauge(name: label, labels: dimensions).map(GaugeAdapter.init) ?? NOOPMetricsHandler.instance
    }

    /// Returns the histogram of the registry.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.makeHistogram(name: label, labels: dimensions).map { HistogramAdapter($0) } ?? NOOPMetricsHandler.instance
    }

    /// Does nothing: a series stays until the process ends, since the next handler for it continues its count.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing; see ``destroyCounter(_:)``.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

private final class CounterAdapter: CounterHandler, FloatingPointCounterHandler {
    private let counter: Counter

    init(_ counter: Counter) { self.counter = counter }

    func increment(by amount: Int64) { counter.increment(by: Double(amount)) }
    func increment(by amount: Double) { counter.increment(by: amount) }
    func reset() { counter.reset() }
}

private final class GaugeAdapter: MeterHandler, RecorderHandler {
    private let gauge: Gauge

    init(_ gauge: Gauge) { self.gauge = gauge }

    func set(_ value: Int64) { gauge.set(Double(value)) }
    func set(_ value: Double) { gauge.set(value) }
    func increment(by amount: Double) { gauge.increment(by: amount) }
    func decrement(by amount: Double) { gauge.increment(by: -amount) }
    func record(_ value: Int64) { gauge.set(Double(value)) }
    func record(_ value: Double) { gauge.set(value) }
}

private final class HistogramAdapter: RecorderHandler, TimerHandler {
    private let histogram: Histogram

    init(_ histogram: Histogram) { self.histogram = histogram }

    func record(_ value: Int64) { histogram.observe(Double(value)) }
    func record(_ value: Double) { histogram.observe(value) }
    func recordNanoseconds(_ duration: Int64) { histogram.observe(Double(duration) / 1_000_000_000) }
}
