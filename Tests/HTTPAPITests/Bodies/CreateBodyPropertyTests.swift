import FoundationEssentials
import PodPolicy
import Stacks
import TestBasics
import Testing

@testable import HTTPAPI

@Suite struct CreateBodyPropertyTests {
    private static let numbers = [
        "0", "-0", "1", "-1", "1.0", "1e0", "1e2", "0.1e1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551616", "65535", "65536", "1e308", "1e400", "-1e400", "1e-400", "1e99999999999999999999", "1E+2", "0.5", "01", "1.",
        ".5", "+1", "0x10", "NaN", "-", "1e", "1e127", "1e128", "1e-128", String(repeating: "9", count: 500),
        "0." + String(repeating: "0", count: 300) + "1", String(repeating: "1", count: 40) + "e-40",
    ]
    private static let strings = [
        "\"\"", "\"101\"", "\"user_id\"", #""\u0000""#, #""\ud800""#, #""\ud83e\udd8a""#, #""\x""#, "\"\u{7F}é🦊\"", "\"a\nb\"", "\"open",
        #""apiVersion: v1\nkind: Pod""#,
    ]
    private static let keys = [
        "\"user_id\"", "\"problem_id\"", "\"target_port\"", "\"pod_spec\"", #""user\u005fid""#, "\"\"", "\"é\"", "\"USER_ID\"", "\"x",
        "user_id", #""\u00e9""#,
    ]

    private static func value(_ depth: Int, _ random: inout SeededGenerator) -> String {
        let space = ["", "", "", " ", "\n", "\t\r", "\u{A0}"].randomElement(using: &random) ?? ""
        let text =
            switch Int.random(in: 0..<(depth > 4 ? 3 : 6), using: &random) {
            case 0: numbers.randomElement(using: &random) ?? "0"
            case 1: strings.randomElement(using: &random) ?? "\"\""
            case 2: ["true", "false", "null", "nul", "True", ""].randomElement(using: &random) ?? ""
            case 3: object(depth + 1, &random)
            case 4: "[" + (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1, &random) }.joined(separator: ",") + "]"
            default: nest(Int.random(in: 1...80, using: &random), random: &random)
            }
        return space + text + space
    }

    private static func nest(_ depth: Int, random: inout SeededGenerator) -> String {
        let (open, close) = Bool.random(using: &random) ? ("[", "]") : (#"{"a":"#, "}")
        return String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }

    private static func object(_ depth: Int, _ random: inout SeededGenerator) -> String {
        let fields = (0..<Int.random(in: 0...5, using: &random)).map { _ in
            (keys.randomElement(using: &random) ?? "\"\"") + ":" + value(depth, &random)
        }
        return "{" + fields.joined(separator: ",") + "}"
    }

    /// Mostly what a caller would send, with something odd in it.
    private static func body(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes = Array(value(0, &random).utf8)
        case 1: bytes = Array(object(1, &random).utf8)
        default:
            let number = { (random: inout SeededGenerator) in
                Bool.random(using: &random) ? "7" : numbers.randomElement(using: &random) ?? ""
            }
            let more = Bool.random(using: &random) ? nil : "\"extra\":" + value(1, &random)
            let (user, problem, port) = (number(&random), number(&random), number(&random))
            bytes = Array(
                createBody(user: user, problem: problem, port: port, spec: strings.randomElement(using: &random), more: more).utf8
            )
        }
        if Int.random(in: 0..<8, using: &random) == 0, let index = bytes.indices.randomElement(using: &random) {
            bytes[index] = UInt8.random(in: .min ... .max, using: &random)
        }
        if Int.random(in: 0..<2000, using: &random) == 0 {
            bytes += Array(repeating: UInt8.random(in: .min ... .max, using: &random), count: 500_000)
        }
        return bytes
    }

    /// Whether Foundation's decoder reads it to its innermost values; numbers beyond all range are well written, too.
    private struct Shape: Decodable {
        init(from decoder: any Decoder) throws {
            if var items = try? decoder.unkeyedContainer() {
                while !items.isAtEnd { _ = try items.decode(Shape.self) }
            } else if (try? decoder.container(keyedBy: NoKeys.self)) != nil {
                _ = try decoder.singleValueContainer().decode([String: Shape].self)
            }
        }

        private enum NoKeys: CodingKey {}
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        do { _ = try JSONDecoder().decode(Shape.self, from: Data(bytes)) } catch { return false }
        return true
    }

    @Test func `whatever the bytes are, they are read or refused as a bad request`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var (read, refused) = (0, 0)
        for _ in 0..<100_000 {
            let bytes = Self.body(&random)
            do {
                let body = try CreateBody(json: bytes)
                read += 1
                #expect(
                    body.userID ?? 0 > 0 && body.problemID ?? 0 > 0
                        && body.target.ports.allSatisfy { (1...65535).contains($0.containerPort) },
                    "seed \(seed)"
                )
                #expect(Self.isJSON(bytes), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            } catch let error as StackError {
                refused += 1
                #expect(error.code == .invalidRequest && error.message.utf8.count < 1000, "seed \(seed): \(error.message)")
            }
        }
        #expect(read > 1000 && refused > 1000, "seed \(seed)")
    }
}
