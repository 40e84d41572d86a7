/// The text format of a scrape.
public enum ExpositionFormat: Sendable, CaseIterable {
    /// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    case prometheus
    /// https://prometheus.io/docs/specs/om/open_metrics_spec/
    case openMetrics

    /// The media type of the text.
    public var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}

/// Writes families and samples. The two formats differ in the name of a counter's family and in the end mark.
struct ExpositionWriter {
    private let format: ExpositionFormat
    private var text = ""

    init(format: ExpositionFormat) { self.format = format }

    var finished: String { format == .openMetrics ? text + "# EOF\n" : text }

    mutating func family(_ name: String, _ kind: MetricKind, help: String) {
        var family = name
        if format == .openMetrics, kind == .counter, name.hasSuffix("_total") { family.removeLast("_total".count) }
        text += "# HELP \(family) \(escaped(help, quote: format == .openMetrics))\n# TYPE \(family) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [Label], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quote: true))\"" }.joined(separator: ",") + "}"
        }
        text += " \(number(value))\n"
    }

    /// Returns a number as Prometheus parses it: whole numbers without a fraction, `+Inf`, `-Inf`, `NaN`.
    func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    private func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
