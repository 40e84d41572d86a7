import PodPolicy
import Stacks

/// The response to a create: the stack, and warnings about parts of the spec that its Pod does not get as written.
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
