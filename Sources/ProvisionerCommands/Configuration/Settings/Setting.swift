/// An environment variable that the service reads, as docs/configuration.md and `provisioner settings` show it. Tests compare the table with
/// what is read.
struct Setting: Sendable {
    enum Standard: Sendable, Equatable {
        /// The value that has the same effect as none.
        case value(String)
        case unset
        /// A default that depends on others, in words.
        case words(String)
    }

    /// The variable; several of one meaning if a library reads them.
    var names: [String]
    var standard: Standard
    /// The allowed values in the words of the error message; nil if any text is.
    var allowed: String?
    /// The purpose, in Markdown.
    var meaning: String
    /// True if a client reads the variable instead of ``ServeConfiguration``.
    var isReadByClient = false

    init(_ name: String, _ standard: Standard, _ allowed: String, _ meaning: String) {
        (names, self.standard, self.allowed, self.meaning) = ([name], standard, allowed, meaning)
    }

    /// A setting that takes any text, or files that are checked by themselves.
    init(_ name: String, _ standard: Standard, _ meaning: String) {
        (names, self.standard, self.meaning) = ([name], standard, meaning)
    }

    /// A setting that a client of Kubernetes or DynamoDB reads.
    init(ofClient names: [String], standard: Standard = .unset, _ meaning: String) {
        (self.names, self.standard, self.meaning, isReadByClient) = (names, standard, meaning, true)
    }

    /// A group of settings, under a heading of docs/configuration.md.
    struct Section: Sendable {
        var title: String
        var settings: [Setting]

        /// The table in Markdown.
        var table: String {
            let head = ["| variable | default | values | meaning |", "|---|---|---|---|"]
            return (head + settings.map(\.row)).joined(separator: "\n")
        }
    }

    static let sections: [Section] = [
        Section(title: "HTTP", settings: http), Section(title: "Stacks", settings: stacks), Section(title: "Pods", settings: pods),
        Section(title: "Network", settings: network), Section(title: "Capacity and load", settings: capacity),
        Section(title: "Store", settings: store), Section(title: "Kubernetes", settings: kubernetes), Section(title: "Log", settings: log),
    ]

    static let all: [Setting] = sections.flatMap(\.settings)

    private var row: String {
        let shown =
            switch standard {
            case .value(let value): "`\(value)`"
            case .unset: "unset"
            case .words(let words): words
            }
        // How durations and quantities are written stands at the head of the document.
        let values = (allowed ?? "").split(separator: ", written as", maxSplits: 1).first ?? ""
        return "| \(names.map { "`\($0)`" }.joined(separator: ", ")) | \(shown) | \(values) | \(meaning) |"
    }
}
