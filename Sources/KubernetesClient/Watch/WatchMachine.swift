/// What a reflector does next: list, then watch from there; a decision in a value, without I/O.
struct WatchMachine: Equatable {
    /// A watch that ends sooner than this without an event is as good as a failure.
    static let shortestWatch: Duration = .seconds(1)

    enum Action: Equatable {
        case list
        case watch(from: String)
    }

    enum Input: Equatable {
        case listed(version: String)
        /// An event or a bookmark that carries a newer version.
        case advanced(version: String)
        /// The server ended the watch in order, as it does after its time.
        case ended
        /// The server ended the watch as soon as it had begun, without an event. It may do so again and again.
        case endedAtOnce
        /// There is no going on from this version: it is too old (410 Gone, as a status or inside the stream), or what follows it
        /// cannot be read.
        case expired
        /// Whatever else went wrong, the version is still good.
        case failed
    }

    /// What to do next.
    private(set) var action = Action.list
    /// Whether to wait a while before.
    private(set) var backsOff = false

    mutating func handle(_ input: Input) {
        switch input {
        case .listed(let version), .advanced(let version):
            (action, backsOff) = (.watch(from: version), false)
        case .ended:
            backsOff = false
        case .endedAtOnce, .failed:
            backsOff = true
        case .expired:
            // Not at once: a server that keeps saying so must not be listed in a loop.
            (action, backsOff) = (.list, true)
        }
    }
}
