import ArgumentParser

/// The reason for which a command of the client ends without success.
enum ClientFailure: Error, Equatable {
    /// The server's error response.
    case refused(Refusal)
    /// The server did as it was asked, and the result is not the wanted one.
    case unsuccessful(String)
    /// Mistakes in options, environment or files.
    case usage([String])
    /// No response, or one that no provisioner sends. `mayPass` is true if the same request may succeed soon.
    case unreachable(String, mayPass: Bool)
    case timedOut(String)
    case interrupted
    /// Nobody reads standard output any more.
    case outputClosed

    var exitCode: ExitCode {
        switch self {
        case .refused, .unsuccessful: ExitCode(1)
        case .usage: ExitCode(2)
        case .unreachable: ExitCode(3)
        case .timedOut: ExitCode(4)
        // The exit codes of a shell for SIGINT and SIGPIPE.
        case .interrupted: ExitCode(130)
        case .outputClosed: ExitCode(141)
        }
    }

    /// The lines for standard error, without `error: `. Values of the server are escaped.
    var lines: [String] {
        switch self {
        case .refused(let refusal): refusal.lines
        case .unsuccessful(let sentence), .unreachable(let sentence, _), .timedOut(let sentence): [Shown.line(sentence)]
        case .usage(let mistakes): mistakes.map(Shown.line)
        case .interrupted, .outputClosed: []
        }
    }
}

/// An error response of the server.
struct Refusal: Equatable {
    var status: Int
    var body: ErrorAnswer
    var requestID: String?
    var retryAfterSeconds: Int?

    /// The sentence, the problems of a Pod spec, and what finds the request in the server's log.
    var lines: [String] {
        var lines = [Shown.line(body.error)]
        // One problem alone is the sentence itself.
        if let details = body.details, details.count > 1 {
            lines = ["the Pod spec is refused: \(details.count) problems"]
            lines += details.map { "  " + Shown.line($0.description) }
        }
        if status == 401 { lines.append("  the key comes from PROVISIONER_API_KEY") }
        let id = requestID ?? body.requestID
        lines.append("  \(status) \(Shown.line(body.code))" + (id.map { ", request id \(Shown.line($0))" } ?? ""))
        return lines
    }
}
