import ArgumentParser

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "List every environment variable that serve reads, with its default and its values.",
        discussion: """
            The output is Markdown: the tables of docs/configuration.md.

            examples:
              provisioner settings
              provisioner settings | grep STACK_TTL

            Exit codes: 0.
            """
    )

    func run() {
        let sections = Setting.sections.map { "## \($0.title)\n\n\($0.table)\n" }
        Terminal.say(sections.joined(separator: "\n"))
    }
}
