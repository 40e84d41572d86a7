import TestBasics

/// What a document of the API looks like, from which odd ones are made.
indirect enum Shape: Sendable {
    case object([String: Shape])
    /// Any keys.
    case map(Shape)
    case list(Shape)
    case text([String])
    case number
    case bool
    case time
}

/// Documents as no API server sends them, or hardly: boundary numbers, missing and unknown fields, null, wrong types, odd times.
struct OddDocuments {
    private(set) var random: SeededGenerator
    /// How many values of a hundred are odd.
    private let oddity: Int
    /// How many fields of a hundred are missing.
    private let missing: Int

    init(seed: UInt64, oddity: Int = 2, missing: Int = 10) {
        random = SeededGenerator(seed: seed)
        self.oddity = oddity
        self.missing = missing
    }

    /// One document as JSON.
    mutating func document(_ shape: Shape) -> String {
        if chance(oddity) { return pick(Self.oddValues + Self.numbers) }
        switch shape {
        case .object(let fields):
            var pairs: [String] = []
            for (name, field) in fields.sorted(by: { $0.key < $1.key }) where !chance(missing) {
                pairs.append("\"\(name)\":\(document(field))")
            }
            if chance(10) { pairs.append("\"unknown\":\(pick(Self.oddValues))") }
            if chance(2), let first = pairs.first { pairs.append(first) }
            return "{\(pairs.joined(separator: ","))}"
        case .map(let value):
            let pairs = (0..<Int.random(in: 0...2, using: &random)).map { _ in "\(quoted(pick(Self.texts))):\(document(value))" }
            return "{\(pairs.joined(separator: ","))}"
        case .list(let element):
            return
                "[\((0..<(chance(10) ? 0 : Int.random(in: 1...2, using: &random))).map { _ in document(element) }.joined(separator: ","))]"
        case .text(let usual):
            return quoted(!chance(oddity * 4) && !usual.isEmpty ? pick(usual) : pick(Self.texts))
        case .number:
            return chance(50) ? String(Int.random(in: 0...100, using: &random)) : pick(Self.numbers)
        case .bool:
            return pick(["true", "false"])
        case .time:
            return quoted(pick(Self.times))
        }
    }

    /// A text with a few of its bytes changed, left out or doubled.
    mutating func damaged(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.insert(contentsOf: Array(pick(Self.fragments).utf8), at: place)
            default: bytes.removeLast(Int.random(in: 0...min(20, bytes.count), using: &random))
            }
        }
        return bytes
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }

    private func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\0"..<" ": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}

extension OddDocuments {
    /// The powers of two at which some integer type ends, their neighbours, and what is no integer at all.
    static let numbers =
        [
            "0", "1", "127", "128", "255", "256", "32767", "32768", "65535", "65536", "2147483647", "2147483648", "2147483649",
            "4294967295",
            "4294967296", "9007199254740991", "9007199254740993", "9223372036854775806", "9223372036854775807", "9223372036854775808",
            "9223372036854775809", "18446744073709551615", "18446744073709551616", "170141183460469231731687303715884105726",
            "170141183460469231731687303715884105727", "170141183460469231731687303715884105728", "340282366920938463463374607431768211456",
        ].flatMap { [$0, "-" + $0] } + ["0.5", "1.0", "-0.0", "1e3", "1e18", "1e19", "1e308", "1e309", "-1e999", "1e-400"]

    static let oddValues = [
        "null", "true", "false", "{}", "[]", "[null]", #""""#, #""text""#, "0", "-1", "1.5", "[[[[]]]]", #"{"a":{"b":[1]}}"#,
    ]

    static let texts = [
        "", " ", "a", "A-b.c/d", "9223372036854775808", "-1", "7Ei", "1e3", "0.5", "\u{0}", "\n", "ä", "👩‍👩‍👧", "\u{FEFF}", "\u{202E}", "null",
        String(repeating: "x", count: 300),
    ]

    static let times = [
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.999999999Z",
        "2026-01-02T03:04:05.9999999999Z", "2026-01-02T03:04:05+14:00", "2026-01-02T03:04:05-99:99", "", "now", ".", "..", "1.2.3", "Z",
        "0000-00-00T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z", "-0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z", "99999999999999999999-01-01T00:00:00Z",
        "292277026596-12-04T15:30:07Z", "-292277022657-01-27T08:29:52Z", "2026-13-40T25:61:61Z", "2016-12-31T23:59:60Z",
        "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.٣Z", "٢٠٢٦-01-02T03:04:05Z", "2026-01-02T03:04:05.5", "2026-01-02 03:04:05Z",
        "9223372036854775807",
    ]

    static let fragments = [
        "\"", "{", "}", "[", "]", ":", ",", "\\", "\\u", "\\ud800", "\u{0}", "\n", "- ", "&a ", "*a ", "? ", "<<: ", "!!", "|", "#",
    ]
}
