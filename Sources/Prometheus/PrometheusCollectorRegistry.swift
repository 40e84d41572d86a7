import Synchronization

/// Holds the metrics of a process and writes them as text for Prometheus.
///
/// The part of swift-prometheus that the service uses, with its names, so that the package can replace this module.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
public final class PrometheusCollectorRegistry: Sendable {
    private struct Family {
        var kind: MetricKind
        var help: String
        var series: [[Label]: any Collector] = [:]
    }

    private let families = Mutex<[String: Family]>([:])
    private let descriptions: [String: MetricDescription]

    /// Creates an empty registry.
    /// - Parameter descriptions: help texts and bucket bounds by metric name.
    public init(descriptions: [String: MetricDescription] = [:]) {
        self.descriptions = descriptions
    }

    /// Returns the counter with this name and these labels, created at the first call; nil if the name has another kind.
    public func makeCounter(name: String, labels: [(String, String)] = []) -> Counter? {
        collector(name, .counter, labels) { Counter() }
    }

    /// Returns the gauge with this name and these labels, created at the first call; nil if the name has another kind.
    public func makeGauge(name: String, labels: [(String, String)] = []) -> Gauge? {
        collector(name, .gauge, labels) { Gauge() }
    }

    /// Returns the histogram with this name and these labels, created at the first call; nil if the name has another kind.
    public func makeHistogram(name: String, labels: [(String, String)] = []) -> Histogram? {
        let buckets = descriptions[name]?.buckets ?? MetricDescription.durationBuckets
        return collector(name, .histogram, labels) { Histogram(buckets: buckets) }
    }

    /// Removes the series of a metric, so that a label whose object is gone is not reported for ever.
    public func removeSeries(of name: String) {
        families.withLock { $0[Self.metricName(name)]?.series = [:] }
    }

    /// Removes one series of a metric.
    public func removeSeries(of name: String, labels: [(String, String)]) {
        let labels = labels.map { Label(name: Self.labelName($0.0), value: $0.1) }
        families.withLock { $0[Self.metricName(name)]?.series[labels] = nil }
    }

    private func collector<Value: Collector>(
        _ name: String,
        _ kind: MetricKind,
        _ labels: [(String, String)],
        make: () -> Value
    ) -> Value? {
        let name = Self.metricName(name)
        let labels = labels.map { Label(name: Self.labelName($0.0), value: $0.1) }
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: descriptions[name]?.help ?? name)
            guard family.kind == kind else { return nil }
            if let known = family.series[labels] { return known as? Value }
            let value = make()
            family.series[labels] = value
            families[name] = family
            return value
        }
    }

    /// Returns all metrics in the given format, sorted by name.
    public func text(_ format: ExpositionFormat) -> String {
        var writer = ExpositionWriter(format: format)
        for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            writer.family(name, family.kind, help: family.help)
            for (labels, collector) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                collector.write(name, labels, to: &writer)
            }
        }
        return writer.finished
    }

    /// Replaces each character that is not allowed in the name of a metric.
    private static func metricName(_ text: String) -> String { sanitized(text, allowsColon: true) }

    private static func labelName(_ text: String) -> String { sanitized(text, allowsColon: false) }

    private static func sanitized(_ text: String, allowsColon: Bool) -> String {
        // Nearly every name is right, and each use of a metric asks.
        if !text.isEmpty, text.utf8.allSatisfy({ 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "_") }) { return text }
        var name = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
            case "0"..."9" where !name.isEmpty: name.unicodeScalars.append(scalar)
            case ":" where allowsColon: name.unicodeScalars.append(scalar)
            default: name.append("_")
            }
        }
        return name.isEmpty ? "_" : name
    }
}

/// The help text of a metric and, for a histogram, the upper bounds of its buckets.
public struct MetricDescription: Sendable {
    /// One sentence for people.
    public var help: String
    /// The upper bounds of the buckets in the unit of the metric, ascending, without infinity.
    public var buckets: [Double]

    /// Creates a description.
    public init(help: String, buckets: [Double] = MetricDescription.durationBuckets) {
        self.help = help
        self.buckets = buckets
    }

    /// Buckets in seconds from 1 ms to 2 min.
    public static let durationBuckets: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120,
    ]
}

/// The kind of a metric in the TYPE line.
enum MetricKind: String {
    case counter
    case gauge
    case histogram
}

/// A label of a series.
struct Label: Hashable, Comparable {
    var name: String
    var value: String

    static func < (left: Label, right: Label) -> Bool { (left.name, left.value) < (right.name, right.value) }
}
