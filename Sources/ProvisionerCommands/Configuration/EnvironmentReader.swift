import PodPolicy
import StackCluster
import Stacks

/// Reads environment variables and collects all errors, so that the operator sees them at once.
struct EnvironmentReader {
    let environment: [String: String]
    private(set) var mistakes: [String] = []
    /// Every variable that was read, set or not.
    private(set) var names: Set<String> = []

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// Returns the value; nil if the variable is unset or empty.
    mutating func text(_ name: String) -> String? {
        names.insert(name)
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    mutating func mistake(_ name: String, _ message: String) {
        mistakes.append("\(name): \(message)")
    }

    /// Returns the value parsed by `parse`.
    mutating func value<Value>(_ name: String, default fallback: Value, _ expected: String, _ parse: (String) -> Value?) -> Value {
        guard let text = text(name) else { return fallback }
        guard let value = parse(text) else {
            mistake(name, "is \"\(text.prefix(80))\"; must be \(expected)")
            return fallback
        }
        return value
    }

    mutating func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        value(name, default: fallback, "an integer within \(range.lowerBound)…\(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func bool(_ name: String, default fallback: Bool) -> Bool { optionalBool(name) ?? fallback }

    /// Returns nil if the variable is unset.
    mutating func optionalBool(_ name: String) -> Bool? {
        value(name, default: nil, "true or false") { text in
            let values: [String: Bool] = ["true": true, "1": true, "false": false, "0": false]
            return values[text.lowercased()].map { .some($0) }
        }
    }

    mutating func duration(_ name: String, default fallback: Duration, in range: ClosedRange<Duration>) -> Duration {
        let bounds = "\(range.lowerBound.goNotation)…\(range.upperBound.goNotation)"
        return value(name, default: fallback, "a duration within \(bounds), written as 30s, 2h or 1h30m") { text in
            Duration(goNotation: text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Returns an amount of CPU, in milli-cores.
    mutating func cpu(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        let bounds = "\(Quantity.cpu(milli: range.lowerBound))…\(Quantity.cpu(milli: range.upperBound))"
        return value(name, default: nil, "a quantity of CPU within \(bounds), written as 2 or 500m") { text in
            Quantity(text).flatMap { range.contains($0.milliValue()) ? .some($0.milliValue()) : nil }
        }
    }

    /// Returns an amount of memory, in bytes.
    mutating func memory(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        let bounds = "\(Quantity.bytes(range.lowerBound))…\(Quantity.bytes(range.upperBound))"
        return value(name, default: nil, "a quantity of memory within \(bounds), written as 512Mi") { text in
            Quantity(text).flatMap { range.contains($0.value()) ? .some($0.value()) : nil }
        }
    }

    /// Returns labels written as `a=b,c=d`.
    mutating func labels(_ name: String) -> [String: String] {
        value(name, default: [:], "labels as Kubernetes knows them, each key once, written as role=stack,zone=a") { text in
            var labels: [String: String] = [:]
            for pair in Self.items(text) ?? [""] {
                let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 2, Grammar.isLabelKey(parts[0]), Grammar.isLabelValue(parts[1]) else { return nil }
                guard labels.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
            }
            return labels
        }
    }

    /// Returns object names written as `a,b`.
    mutating func objectNames(_ name: String) -> [String] {
        value(name, default: [], "names of Kubernetes objects, written as one,another") { text in
            Self.items(text).flatMap { $0.allSatisfy(Grammar.isDNSSubdomain) ? $0 : nil }
        }
    }

    /// Returns the name of a Kubernetes object.
    mutating func objectName(_ name: String) -> String? {
        value(name, default: nil, "the name of a Kubernetes object, such as gvisor") { Grammar.isDNSSubdomain($0) ? .some($0) : nil }
    }

    /// Returns tolerations written as `key=value:Effect` or `key:Effect`.
    mutating func tolerations(_ name: String) -> [PodToleration] {
        let effects = PodToleration.Effect.allCases.map(\.rawValue).joined(separator: ", ")
        let allowed = "tolerations written as key=value:Effect or key:Effect, separated by commas, with one of \(effects)"
        return value(name, default: [], allowed) { text in
            var tolerations: [PodToleration] = []
            for item in Self.items(text) ?? [""] {
                let parts = item.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 2, let effect = PodToleration.Effect(rawValue: parts[1]) else { return nil }
                let pair = parts[0].split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                guard (1...2).contains(pair.count), Grammar.isLabelKey(pair[0]), pair.count == 1 || Grammar.isLabelValue(pair[1]) else {
                    return nil
                }
                tolerations.append(PodToleration(key: pair[0], value: pair.count == 2 ? pair[1] : nil, effect: effect))
            }
            return tolerations
        }
    }

    /// Returns one of the values of an enumeration.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, default fallback: Value) -> Value {
        value(name, default: fallback, "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { Value(rawValue: $0) }
    }

    /// Returns ranges of Pods written as `10.244.0.0/16,fd00:10:244::/56`.
    mutating func podCIDRs(_ name: String) -> [CIDR] {
        let expected = "at most 64 ranges of /8 (IPv6: /16) or longer without bits after the prefix, written as 10.244.0.0/16,fd00::/48"
        return value(name, default: [], expected) { text in
            guard let items = Self.items(text), items.count <= 64 else { return nil }
            let ranges = items.compactMap { CIDR(exactly: $0) }.filter(ClusterNetworks.isPodRange)
            return ranges.count == items.count ? ranges : nil
        }
    }

    /// Splits at commas, with or without spaces around them.
    /// - Returns: nil if an item is empty or contains spaces.
    private static func items(_ text: String) -> [String]? {
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
        return items.allSatisfy { $0.count == 1 } ? items.joined().map(String.init) : nil
    }
}
