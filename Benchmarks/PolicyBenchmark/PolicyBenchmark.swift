import CYaml
import Foundation
import PodPolicy

/// How long a check takes, and how much of that is the parser's. The argument is a spec's file.
@main
enum PolicyBenchmark {
    private static let rounds = 10_000

    static func main() throws {
        for file in CommandLine.arguments.dropFirst() {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let policy = PodPolicy()
            var accepted = 0
            let floor = median { events(of: text) }
            let check = try median { if try policy.check(text).port.containerPort > 0 { accepted += 1 } }
            guard accepted == rounds else { fatalError("only \(accepted) of \(rounds) checks accepted \(file)") }
            print("\(file): \(text.utf8.count) bytes, median of \(rounds): check \(check) µs, of which parser alone \(floor) µs")
        }
    }

    /// libyaml's events, each thrown away.
    private static func events(of text: String) {
        var (parser, event) = (yaml_parser_t(), yaml_event_t())
        var (text, isAtEnd) = (text, false)
        yaml_parser_initialize(&parser)
        text.withUTF8 { bytes in
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            while !isAtEnd, yaml_parser_parse(&parser, &event) == 1 {
                isAtEnd = event.type == YAML_STREAM_END_EVENT
                yaml_event_delete(&event)
            }
        }
        yaml_parser_delete(&parser)
    }

    private static func median(_ work: () throws -> Void) rethrows -> Double {
        var durations: [Duration] = []
        for _ in 0..<rounds { durations.append(try ContinuousClock().measure { try work() }) }
        return (durations.sorted()[rounds / 2] / .microseconds(1) * 10).rounded() / 10
    }
}
