import ArgumentParser
import Stacks

/// The options of every command that talks to a server.
struct ServerOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("Certificates (PEM) to trust beside those of the system.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"])
    )
    var cacert: String?

    @Option(help: ArgumentHelp("The longest time for the whole command: 30s, 5m (2m).", valueName: "duration"), transform: Self.duration)
    var timeout: Duration = .seconds(120)

    static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(goNotation: text), duration > .zero, duration <= .seconds(31_536_000) else {
            throw ValidationError("is \"\(text.prefix(40))\"; must be a duration over 0, written as 30s, 5m or 1h30m")
        }
        return duration
    }

    /// The end of every command's help.
    static let discussion = """
        Environment: PROVISIONER_URL (http://127.0.0.1:8081), PROVISIONER_API_KEY,
        NO_COLOR.
        Exit codes: 0 done; 1 refused, or the stack cannot become ready; 2 usage;
        3 no provisioner reached; 4 timed out.
        """
}

extension StackID: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    package var defaultValueDescription: String { description }
}

extension StackStatus: ExpressibleByArgument {}

extension Egress: ExpressibleByArgument {}
