import PodPolicy
import Stacks

/// The response to a create: the stack, and warnings about parts of the spec that its Pod does not get as written.
struct CreatedBody: JSONWritable {
    struct Warning: JSONWritable {
        var path: String
        var message: String

        func write(to json: inout JSONWriter) {
            json.object { json in
                json.field("message", message)
                json.field("path", path)
            }
        }
    }

    private var stack: StackBody
    private var warnings: [Warning]

    init(_ outcome: CreateOutcome) {
        stack = StackBody(outcome.stack)
        warnings = outcome.warnings.map { Warning(path: $0.path, message: $0.message) }
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            stack.fields(&json)
            json.array("warnings", warnings)
        }
    }
}
