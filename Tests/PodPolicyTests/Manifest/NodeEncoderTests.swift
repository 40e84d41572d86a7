import TestBasics
import Testing
import Yams

@testable import PodPolicy

struct NodeEncoderTests {
    private struct Sample: Encodable {
        struct Inner: Encodable { var b: Int64? = nil }
        var z = true
        var y: [String: Int] = ["two": 2, "one": 1]
        var x: [Inner] = [Inner(b: .min), Inner()]
        var w: [[Bool]] = [[false], []]
    }

    @Test func `keys are sorted, and numbers and booleans are not quoted`() throws {
        let text = try Yams.serialize(node: NodeEncoder.node(of: Sample()))
        #expect(text == "w:\n- - false\n- []\nx:\n- b: -9223372036854775808\n- {}\n'y':\n  one: 1\n  two: 2\nz: true\n")
    }

    @Test func `a floating-point number is refused`() {
        #expect(throws: EncodingError.self) { try NodeEncoder.node(of: ["a": 0.5]) }
    }

    /// Yams types words by all of YAML 1.1, and `YAMLType` does by Kubernetes' rules.
    @Test(arguments: [UInt64(1), .random(in: 0 ... .max)])
    func `each text is read as the same text, by whichever rules`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let characters = Array("01789.:-+_eExXobBfFtTzZ yYnN~=<")
            let text = String((0..<Int.random(in: 0...9, using: &random)).map { _ in characters.randomElement(using: &random) ?? " " })
            let yaml = try Yams.serialize(node: NodeEncoder.node(of: [text]))
            let element = try #require(try Yams.compose(yaml: yaml)?.sequence?.first?.scalar)
            #expect(element.string == text, "seed \(seed): \(yaml)")
            guard element.style == .plain else { continue }
            #expect(Resolver.default.resolveTag(of: .scalar(element)) == .str, "seed \(seed): \(yaml)")
            #expect(YAMLType(ofPlain: element.string) == .string, "seed \(seed): \(yaml)")
        }
    }
}
