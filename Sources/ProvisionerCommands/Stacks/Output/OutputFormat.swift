import ArgumentParser
import Foundation

/// The values of `-o`.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case wide
    case json
    case yaml

    var isForPeople: Bool { self == .table || self == .wide }
}

struct OutputOptions: ParsableArguments, Sendable {
    @Option(name: [.short, .long], help: "How to print: table (fits 80 columns), wide, json (the server's response), yaml.")
    var output: OutputFormat = .table
}

extension Session {
    /// Prints a response, or the text for people that is made of it.
    /// - Parameter isOneOfSeveral: true if other responses are printed before or after it.
    func present(_ answer: ServerAnswer, _ format: OutputFormat, isOneOfSeveral: Bool = false, _ text: (StackText) -> String) throws {
        switch format {
        case .json: try console.say((console.isOutputTerminal ? Shown.json(answer.text) : answer.text) + "\n")
        case .yaml: try console.say((isOneOfSeveral ? "---\n" : "") + (try answer.decoded(as: JSONTree.self).yaml))
        case .table, .wide: try console.say(text(self.text(format)))
        }
    }

    func text(_ format: OutputFormat) -> StackText {
        StackText(now: console.now(), isWide: format == .wide, isColored: console.isOutputColored)
    }
}
