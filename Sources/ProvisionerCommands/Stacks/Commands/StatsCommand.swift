import ArgumentParser

struct StatsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show how many stacks a server has, and what they use.",
        discussion: """
            examples:
              provisioner stats
              provisioner stats -o json | jq .used_node_ports

            \(ServerOptions.discussion)
            """
    )

    @OptionGroup var format: OutputOptions
    @OptionGroup var server: ServerOptions

    func run(_ session: Session, _ input: Void) async throws {
        let answer = try await session.get("/stats")
        let stats = try answer.decoded(as: StatsAnswer.self)
        try session.present(answer, format.output) { $0.stats(stats) }
    }
}
