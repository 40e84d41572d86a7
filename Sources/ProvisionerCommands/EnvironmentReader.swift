import PodPolicy

/// Reads the environment variable by variable and remembers every mistake, so that the operator sees all of them at once.
struct EnvironmentReader {
    let environment: [String: String]
    private(set) var mistakes: [String] = []

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// The value; nil when the variable is unset or empty.
    func text(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    mutating func mistake(_ name: String, _ message: String) {
        mistakes.append("\(name): \(message)")
    }

    /// The value as `parse` reads it.
    mutating func value<Value>(_ name: String, default fallback: Value, _ expected: String, _ parse: (String) -> Value?) -> Value {
        guard let text = text(name) else { return fallback }
        guard let value = parse(text) else {
            mistake(name, "is \"\(text)\"; must be \(expected)")
            return fallback
        }
        return value
    }

    mutating func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        value(name, default: fallback, "an integer within \(range.lowerBound)…\(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func bool(_ name: String, default fallback: Bool) -> Bool {
        value(name, default: fallback, "true or false") { ["true": true, "1": true, "false": false, "0": false][$0.lowercased()] }
    }

    mutating func duration(_ name: String, default fallback: Duration) -> Duration {
        value(name, default: fallback, "a positive duration such as 30s, 2h or 1h30m") { text in
            Duration(goNotation: text).flatMap { $0 > .zero ? $0 : nil }
        }
    }

    /// A positive amount of CPU, in milli-cores.
    mutating func cpu(_ name: String) -> Int64? {
        value(name, default: nil, "a positive quantity of CPU such as 2 or 500m") { text in
            Quantity(text).flatMap { $0.isNegative || $0.isZero ? nil : .some($0.milliValue()) }
        }
    }

    /// A positive amount of memory, in bytes.
    mutating func memory(_ name: String) -> Int64? {
        value(name, default: nil, "a positive quantity of memory such as 512Mi") { text in
            Quantity(text).flatMap { $0.isNegative || $0.isZero ? nil : .some($0.value()) }
        }
    }

    /// `a=b,c=d`.
    mutating func labels(_ name: String) -> [String: String] {
        value(name, default: [:], "labels such as role=stack,zone=a") { text in
            var labels: [String: String] = [:]
            for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
                guard parts.count == 2, !parts[0].isEmpty, labels.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
            }
            return labels
        }
    }
}
