import FoundationEssentials

/// The size of values and items as DynamoDB counts it.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
package enum ItemSize {
    /// Names count as well as values.
    package static func bytes(_ item: [String: JSON]) -> Int {
        item.reduce(0) { $0 + $1.key.utf8.count + bytes($1.value) }
    }

    /// One value in the service's notation.
    static func bytes(_ value: JSON) -> Int {
        guard let (type, content) = value.object?.first else { return 0 }
        switch type {
        case "S": return content.text?.utf8.count ?? 0
        case "N": return bytes(number: content.text ?? "")
        case "B": return (content.text?.utf8.count ?? 0) * 3 / 4
        case "SS": return (content.list ?? []).reduce(0) { $0 + ($1.text?.utf8.count ?? 0) }
        case "NS": return (content.list ?? []).reduce(0) { $0 + bytes(number: $1.text ?? "") }
        case "L": return (content.list ?? []).reduce(3) { $0 + 1 + bytes($1) }
        case "M": return (content.object ?? [:]).reduce(3) { $0 + 1 + $1.key.utf8.count + bytes($1.value) }
        default: return 1
        }
    }

    /// About one byte for two significant digits, and one more; one more again for a sign.
    private static func bytes(number: String) -> Int {
        let digits = number.filter(\.isNumber).drop { $0 == "0" }
        let significant = digits.reversed().drop { $0 == "0" }.count
        return (significant + 1) / 2 + 1 + (number.hasPrefix("-") ? 1 : 0)
    }
}
