import TestBasics
import Testing

@testable import PodPolicy

/// Mutates the corpus, always in the same way: never a crash or a hang, and nothing accepted that is not locked up. `scripts/fuzz` does
/// the same for as long as one likes, guided by coverage.
@Suite struct FuzzTests {
    private static let runs = 3000
    private static let fragments = [
        "&a", "*a", "!!str", "? ", ": ", "- ", "[", "]", "{", "}", "\"", "'", "\n", "\t", "  ", "#", "|\n", ">-\n", "<<: ", "---\n", "null",
        "true", "1e99", "-1",
        "\u{0}", "\u{FEFF}", "hostNetwork: true\n", "securityContext: {privileged: true}\n", "hostPath: {path: /}\n",
        "99999999999999999999", "64Mi", "9E", "\\u0000", "labels: {a: b}\n", "restartPolicy: Always\n", "status: {}\n", "64m",
        "9223372036854775808", "18446744073709551615", "170141183460469231731687303715884105728", "0x7fffffffffffffff", "1_0", "yes",
    ]

    @Test func `mutated specs are accepted only when they are locked up`() throws {
        let texts = try Corpus().entries.map(\.text)
        var generator = SeededGenerator(seed: 1)
        var accepted = 0
        for run in 0..<Self.runs {
            let text = Self.mutate(try #require(texts.randomElement(using: &generator)), with: texts, using: &generator)
            switch Result(catching: { () throws(PodSpecRefusal) in try PodPolicy().check(text) }) {
            case .success(let pod):
                accepted += 1
                #expect(Invariants.violations(of: pod) == [], "run \(run):\n\(text)")
                #expect(try Tree(parsing: pod.manifest.yaml) == Tree(encoding: pod.manifest), "run \(run):\n\(text)")
                _ = Diagnostics.render(pod.warnings, of: text, file: "f")
                let listed = try PodPolicy().check(text, ports: pod.ports, isArray: true, environment: ["FLAG": "s3cr3t-value"])
                #expect(Invariants.violations(of: listed) == [], "run \(run):\n\(text)")
                #expect(try !listed.manifest.yaml.contains("s3cr3t"), "run \(run):\n\(text)")
            case .failure(let error):
                #expect(Invariants.violations(of: error) == [], "run \(run):\n\(text)")
                _ = Diagnostics.render(error.problems, of: text, file: "f")
            }
        }
        // Half of the point is that some mutations are still accepted.
        #expect(accepted > Self.runs / 100)
    }

    private static func mutate(_ text: String, with others: [String], using generator: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let position = Int.random(in: 0...bytes.count, using: &generator)
            let length = Int.random(in: 1...60, using: &generator)
            let range = position..<min(bytes.count, position + length)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes.replaceSubrange(range.prefix(1), with: [UInt8.random(in: 0...255, using: &generator)])
            case 1: bytes.removeSubrange(range.prefix(Int.random(in: 1...length, using: &generator)))
            case 2: bytes.insert(contentsOf: Array((fragments.randomElement(using: &generator) ?? "").utf8), at: position)
            case 3: bytes.insert(contentsOf: bytes[range], at: Int.random(in: 0...bytes.count, using: &generator))
            default:
                let other = Array((others.randomElement(using: &generator) ?? "").utf8)
                bytes.insert(contentsOf: other.dropFirst(Int.random(in: 0...other.count, using: &generator)).prefix(length), at: position)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
