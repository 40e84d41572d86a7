import TestBasics
import Testing

@testable import PodPolicy

/// Numbers around the ends of integers, with every sign, fraction and suffix, by the ten thousand: nothing may end the process.
@Suite struct NumberTests {
    private static let seed: UInt64 = 20_250_615
    private static let suffixes = [
        "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e0", "e-9", "E18", "e2147483647",
        "e-2147483648",
        "e9223372036854775808", "x", "_",
    ]

    private static func pick<Value>(_ values: [Value], using generator: inout SeededGenerator) -> Value {
        values[Int.random(in: values.indices, using: &generator)]
    }

    /// Half of them near a power of two, the others any digits.
    private static func number(using generator: inout SeededGenerator) -> String {
        var digits: String
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            digits = (0..<Int.random(in: 1...45, using: &generator)).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
        case 1:
            let (value, overflow) = (Int128(1) << pick([7, 15, 31, 32, 53, 63, 64, 126], using: &generator))
                .addingReportingOverflow(Int128.random(in: -3...3, using: &generator))
            digits = String(overflow ? Int128.max : value)
        case 2: digits = String("170141183460469231731687303715884105720".dropLast()) + String(Int.random(in: 0...99, using: &generator))
        default:
            digits = String(
                UInt64.random(in: 0...UInt64.max >> UInt64.random(in: 0...63, using: &generator), using: &generator),
                radix: pick([2, 8, 10, 16], using: &generator)
            )
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            digits.insert(
                contentsOf: pick([".", "_", "e", "-"], using: &generator),
                at: pick(Array(digits.indices), using: &generator)
            )
        }
        let prefix = pick(["", "", "", "-", "+", "0", "0x", "0b", "0o", "."], using: &generator)
        return prefix + digits + pick(suffixes, using: &generator)
    }

    @Test func `no number ends the process as a quantity or a scalar`() {
        var generator = SeededGenerator(seed: Self.seed)
        for run in 0..<90_000 {
            let text = Self.number(using: &generator)
            let type = YAMLType(ofPlain: text)
            guard let quantity = Quantity(text) else { continue }
            let (value, milli) = (quantity.value(), quantity.milliValue())
            #expect(quantity.isNegative ? value <= 0 : value >= 0, "seed \(Self.seed), run \(run): \(text)")
            #expect(Quantity(Quantity.bytes(value))?.value() == value, "seed \(Self.seed), run \(run): \(text)")
            #expect(Quantity(Quantity.cpu(milli: milli))?.milliValue() == milli, "seed \(Self.seed), run \(run): \(text)")
            if case .integer(let integer?) = type, text.utf8.allSatisfy(Grammar.isDigit), text.first != "0" { #expect(integer == value) }
        }
    }

    @Test func `what looks like a number is the same string in the YAML that answers show`() throws {
        var generator = SeededGenerator(seed: Self.seed)
        for run in 0..<40 {
            let texts = (0..<100).map { _ in Self.number(using: &generator) }
            let env = texts.enumerated().map { "{\"name\": \"A\($0.offset)\", \"value\": \"\($0.element)\"}" }.joined(separator: ", ")
            let manifest = try PodPolicy().check(Specs.spec(container: "      env: [\(env)]")).manifest
            #expect(manifest.spec.containers[0].env?.map(\.value) == texts)
            #expect(try Tree(parsing: manifest.yaml) == Tree(encoding: manifest), "seed \(Self.seed), run \(run)")
        }
    }

    private static let template = """
        kind: Pod
        apiVersion: v1
        spec: {terminationGracePeriodSeconds: %, containers: [{name: a, image: a, ports: [{containerPort: %}], resources: {limits: {cpu: %, memory: %, ephemeral-storage: %}}, readinessProbe: {tcpSocket: {port: %}, periodSeconds: %}}, {name: b, image: b, resources: {requests: {cpu: %, memory: %}}}], volumes: [{name: v, emptyDir: {sizeLimit: %}}, {name: w, emptyDir: {sizeLimit: %}}]}
        """.split(separator: "%", omittingEmptySubsequences: false)
    private static let fitting = ["1", "8080", "1", "64Mi", "1Mi", "8080", "1", "100m", "4Mi", "1Mi", "1Mi"]

    @Test func `no number ends the process wherever it stands in a spec`() {
        var generator = SeededGenerator(seed: Self.seed)
        var accepted = 0
        for run in 0..<10_000 {
            var text = ""
            let share = Int.random(in: 0...4, using: &generator)
            for (index, piece) in Self.template.enumerated() {
                text += piece
                guard index < Self.fitting.count else { continue }
                text += Int.random(in: 0..<10, using: &generator) < share ? Self.number(using: &generator) : Self.fitting[index]
            }
            do throws(PodSpecRefusal) {
                let pod = try PodPolicy().check(text)
                accepted += 1
                #expect(Invariants.violations(of: pod) == [], "seed \(Self.seed), run \(run):\n\(text)")
            } catch {
                #expect(Invariants.violations(of: error) == [], "seed \(Self.seed), run \(run):\n\(text)")
                #expect(!Diagnostics.render(error.problems, of: text, file: "f").isEmpty)
            }
        }
        #expect((1000..<9000).contains(accepted), "\(accepted)")
    }
}
