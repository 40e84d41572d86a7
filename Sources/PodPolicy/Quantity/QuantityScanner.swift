/// Splits the text of a quantity into a signed number and a suffix.
struct QuantityScanner {
    struct Number {
        /// All digits, including those of the fraction, with the sign.
        var mantissa: Int128
        var fractionDigits: Int
        var isNegative: Bool
    }

    enum Multiplier {
        /// A power of ten.
        case decimal(Int)
        /// A power of 1024.
        case binary(Int)
    }

    /// Limits the time for parsing a number.
    private static let maximumLength = 64
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text.utf8.count <= Self.maximumLength ? text[...].utf8 : ""[...].utf8
    }

    /// Returns nil if there is no number or it is too large. Kubernetes reads some suffixes without a number as 0, which no Pod may
    /// request.
    mutating func number() -> Number? {
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = digits()
        var fraction = ""[...].utf8
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var mantissa: Int128 = 0
        for digit in [whole, fraction].joined() {
            let (product, isTooLarge) = mantissa.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
            guard !isTooLarge, !overflow else { return nil }
            mantissa = sum
        }
        return Number(mantissa: isNegative ? -mantissa : mantissa, fractionDigits: fraction.count, isNegative: isNegative)
    }

    /// Returns the multiplier of the rest of the text.
    func suffix() -> Multiplier? {
        // ASCII only: Swift considers U+212A, the kelvin sign, equal to K.
        guard let rest = String(rest), rest.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        switch rest {
        case "": return .decimal(0)
        case "n": return .decimal(-9)
        case "u": return .decimal(-6)
        case "m": return .decimal(-3)
        case "k": return .decimal(3)
        case "M": return .decimal(6)
        case "G": return .decimal(9)
        case "T": return .decimal(12)
        case "P": return .decimal(15)
        case "E": return .decimal(18)
        case "Ki": return .binary(1)
        case "Mi": return .binary(2)
        case "Gi": return .binary(3)
        case "Ti": return .binary(4)
        case "Pi": return .binary(5)
        case "Ei": return .binary(6)
        case let text where text.first == "e" || text.first == "E":
            return Int32(text.dropFirst()).map { .decimal(Int($0)) }
        default: return nil
        }
    }

    private mutating func digits() -> Substring.UTF8View {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return digits
    }
}
