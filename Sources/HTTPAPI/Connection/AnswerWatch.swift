import NIOCore

/// A route's event while it prepares or streams a response: ``ConnectionHandler`` reports what makes the response pointless or urgent, until
/// its end was written.
struct AnswerWatch: Sendable {
    enum Report: Sendable, Equatable {
        /// The client has closed its side of the connection.
        case clientLeft
        /// The service is ending.
        case shuttingDown
    }

    /// Called on the event loop, at most once with each report.
    let receive: @Sendable (Report) -> Void
}

/// The watches of a connection's current response. A value without I/O.
struct AnswerWatches {
    private var watches: [AnswerWatch] = []
    private var reports: [AnswerWatch.Report] = []

    /// Adds a watch, which learns at once what was reported before.
    mutating func add(_ watch: AnswerWatch) {
        watches.append(watch)
        for report in reports { watch.receive(report) }
    }

    mutating func report(_ report: AnswerWatch.Report) {
        guard !reports.contains(report) else { return }
        reports.append(report)
        for watch in watches { watch.receive(report) }
    }

    /// Drops the watches at the end of a response.
    mutating func answerEnded() { watches = [] }
}
