import PodPolicy
import Yams

/// What checking a Pod spec costs beside the parser alone.
enum PolicyRows {
    private static let rounds = 2000

    static func measure(_ table: inout Table) throws {
        let text = API.smallSpec
        let policy = PodPolicy()
        var (checks, parses): ([Duration], [Duration]) = ([], [])
        for _ in 0..<rounds {
            parses.append(try ContinuousClock().measure { _ = try Yams.compose(yaml: text) })
            checks.append(try ContinuousClock().measure { _ = try policy.check(text) })
        }
        try table.add(Row("check of a spec; floor: Yams.compose", Samples(checks), floor: Samples(parses), target: "≤ 1.5"))
    }
}
