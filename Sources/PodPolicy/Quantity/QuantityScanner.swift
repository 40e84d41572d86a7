/// Takes the text of a quantity apart: a signed number, then a suffix.
struct QuantityScanner {
    struct Number {
        /// All digits, the fraction's included, with the sign.
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

    /// Longer is not a number that anyone writes; the API server would spend time on it.
    private static let maximumLength = 64
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text.utf8.count <= Self.maximumLength ? text[...].utf8 : ""[...].utf8
    }

    /// Nil when there is none, or it is too large. Kubernetes takes some suffixes without a number for 0, which no Pod may ask for.
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

    /// What follows the number, to the end of the text.
    func suffix() -> Multiplier? {
        // By bytes: Swift takes the sign of the unit kelvin, U+212A, for a K.
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
