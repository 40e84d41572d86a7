/// An exact Kubernetes quantity: an integer number of billionths, the finest step of Kubernetes.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
public struct Quantity: Sendable, Hashable, Comparable {
    private let nano: Int128

    private static let nanosPerUnit: Int128 = 1_000_000_000
    /// Kubernetes clamps larger values; here they are rejected.
    private static let largest = Int128(Int64.max) * nanosPerUnit

    private init?(nano: Int128) {
        guard nano.magnitude <= Self.largest.magnitude else { return nil }
        self.nano = nano
    }

    /// Parses the formats of the API server: `500m`, `0.5`, `1e3`, `128974848`, `129M`, `123Mi`. Rounds finer values than a billionth away
    /// from zero, as Kubernetes does.
    /// - Returns: nil for any other text, and for a value beyond 64 bits.
    public init?(_ text: String) {
        var scanner = QuantityScanner(text)
        guard let number = scanner.number(), let multiplier = scanner.suffix() else { return nil }
        guard let nano = Self.nano(number, multiplier), let quantity = Quantity(nano: nano) else { return nil }
        self = quantity
    }

    /// Compares by value.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }

    /// True for a value below 0.
    public var isNegative: Bool { nano < 0 }
    /// True for a value of 0, in any notation.
    public var isZero: Bool { nano == 0 }

    /// The value in units, such as bytes of memory.
    public func value(roundUp: Bool = true) -> Int64 { scaled(to: Self.nanosPerUnit, roundUp: roundUp) }

    /// The value in thousandths, such as milli-cores.
    public func milliValue(roundUp: Bool = true) -> Int64 { scaled(to: Self.nanosPerUnit / 1000, roundUp: roundUp) }

    private func scaled(to step: Int128, roundUp: Bool) -> Int64 {
        let (quotient, remainder) = nano.quotientAndRemainder(dividingBy: step)
        let rounded = roundUp && remainder > 0 ? quotient + 1 : quotient
        return Int64(clamping: rounded)
    }

    private static func nano(_ number: QuantityScanner.Number, _ multiplier: QuantityScanner.Multiplier) -> Int128? {
        var mantissa = number.mantissa
        var exponent = 9 - number.fractionDigits
        switch multiplier {
        case .decimal(let power):
            exponent += power
        case .binary(let power):
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: Int128(1) << (10 * power))
            guard !overflow else { return nil }
            mantissa = product
        }
        while exponent > 0, mantissa != 0 {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            mantissa = product
            exponent -= 1
        }
        var isInexact = false
        while exponent < 0, mantissa != 0 {
            isInexact = isInexact || mantissa % 10 != 0
            mantissa /= 10
            exponent += 1
        }
        guard isInexact else { return mantissa }
        return number.isNegative ? mantissa - 1 : mantissa + 1
    }
}

extension Quantity {
    /// Formats milli-cores as Kubernetes does: `500m`, `2`.
    public static func cpu(milli: Int64) -> String {
        milli % 1000 == 0 ? String(milli / 1000) : "\(milli)m"
    }

    /// Formats bytes as Kubernetes does, with the largest binary suffix that leaves an integer.
    public static func bytes(_ bytes: Int64) -> String {
        guard bytes != 0 else { return "0" }
        var value = bytes
        var suffix = ""
        for next in ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] {
            guard value % 1024 == 0 else { break }
            value /= 1024
            suffix = next
        }
        return "\(value)\(suffix)"
    }
}
