import Foundation
import Testing

@testable import PodPolicy

/// Mutates the corpus and checks what comes out: never a crash or a hang, and nothing accepted that is not locked up. A longer run:
/// `POLICY_FUZZ_SECONDS=600 POLICY_FUZZ_SEED=1 swift test -c release -Xswiftc -enable-testing --filter FuzzTests`
@Suite struct FuzzTests {
    static let corpus: [String] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/corpus")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.compactMap { try? String(contentsOf: $0, encoding: .utf8) }
    }()

    private static let fragments = [
        "&a", "*a", "!!str", "? ", ": ", "- ", "[", "]", "{", "}", "\"", "'", "\n", "\t", "  ", "#", "|\n", ">-\n", "<<: ", "---\n", "null",
        "true", "1e99", "-1",
        "\u{0}", "\u{FEFF}", "hostNetwork: true\n", "securityContext: {privileged: true}\n", "hostPath: {path: /}\n",
        "99999999999999999999", "64Mi", "9E", "\\u0000",
    ]

    @Test func `mutated specs are accepted only when they are locked up`() throws {
        try #require(!Self.corpus.isEmpty)
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["POLICY_FUZZ_SECONDS"].flatMap { Int($0) } ?? 0
        let seed = environment["POLICY_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        var generator = SeededGenerator(seed: seed)
        let policy = PodPolicy()
        let deadline = ContinuousClock.now + .seconds(seconds)
        var (runs, accepted) = (0, 0)
        var slowest = Duration.zero
        while runs < 3000 || ContinuousClock.now < deadline {
            let text = Self.mutate(Self.corpus.randomElement(using: &generator) ?? "", using: &generator)
            let elapsed = ContinuousClock().measure {
                if let pod = try? policy.check(text) {
                    accepted += 1
                    let violations = HardeningTests.violations(of: pod.manifest)
                    #expect(violations.isEmpty, "seed \(seed), run \(runs): \(violations)\n\(text)")
                }
            }
            slowest = max(slowest, elapsed)
            runs += 1
        }
        // Half of the point is that some mutations are still accepted.
        #expect(accepted > 0)
        #expect(slowest < .seconds(1))
        print("fuzz: \(runs) runs, \(accepted) accepted, slowest \(slowest), seed \(seed)")
    }

    private static func mutate(_ text: String, using generator: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let position = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0 where !bytes.isEmpty: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1 where !bytes.isEmpty: bytes.remove(at: position)
            case 2: bytes.insert(contentsOf: fragments.randomElement(using: &generator)?.utf8 ?? "".utf8, at: position)
            case 3 where !bytes.isEmpty:
                let end = min(bytes.count, position + Int.random(in: 1...80, using: &generator))
                bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            case 4 where !bytes.isEmpty:
                bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...40, using: &generator)))
            default:
                let other = Array((corpus.randomElement(using: &generator) ?? "").utf8)
                guard !other.isEmpty else { continue }
                let start = Int.random(in: 0..<other.count, using: &generator)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 60)], at: position)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
