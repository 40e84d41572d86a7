extension Duration {
    /// Parses a duration as Go's `time.ParseDuration` does: numbers, optionally with a fraction, each with its unit: `30s`, `1h30m`,
    /// `1.5h`, `300ms`.
    /// https://pkg.go.dev/time#ParseDuration
    package init?(goNotation text: String) {
        if text == "0" {
            self = .zero
            return
        }
        var rest = text.hasPrefix("+") ? text.dropFirst() : text[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let nanoseconds = Self.nanosecondsPerUnit[String(unit)], let part = Self.nanoseconds(number, nanoseconds) else {
                return nil
            }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        }
        self = .nanoseconds(total)
    }

    /// A duration of at least 0 in Go's notation.
    package var goNotation: String {
        let (seconds, nanoseconds) = (components.seconds, components.attoseconds / 1_000_000_000)
        let parts: [(Int64, String)] = [
            (seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"), (nanoseconds / 1_000_000, "ms"),
            (nanoseconds / 1000 % 1000, "us"), (nanoseconds % 1000, "ns"),
        ]
        let text = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
        return text.isEmpty ? "0s" : text
    }

    private static let nanosecondsPerUnit: [String: Int64] = [
        "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]

    private static func nanoseconds(_ number: Substring, _ unit: Int64) -> Int64? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.contains(where: { !$0.isEmpty }) else { return nil }
        guard let whole = parts[0].isEmpty ? 0 : Int64(parts[0]) else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        var fraction: Int64 = 0
        var step = unit
        for digit in parts.count == 2 ? parts[1].prefix(18) : "" {
            guard let value = digit.wholeNumberValue else { return nil }
            step /= 10
            fraction += Int64(value) * step
        }
        let (sum, sumOverflow) = product.addingReportingOverflow(fraction)
        return sumOverflow ? nil : sum
    }
}
