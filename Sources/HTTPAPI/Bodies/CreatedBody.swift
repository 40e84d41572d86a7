import PodPolicy
import Stacks

/// What a create answers: the stack, and what its Pod did not get as the author wrote it.
struct CreatedBody: Encodable {
    struct Warning: Encodable {
        var path: String
        var message: String
    }

    private var stack: StackBody
    private var warnings: [Warning]

    private enum CodingKeys: String, CodingKey {
        case warnings
    }

    init(_ outcome: CreateOutcome) {
        stack = StackBody(outcome.stack)
        warnings = outcome.warnings.map { Warning(path: $0.path, message: $0.message) }
    }

    func encode(to encoder: any Encoder) throws {
        try stack.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(warnings, forKey: .warnings)
    }
}
