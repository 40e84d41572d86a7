/// The state machine of a reflector: list, then watch from there. A value without I/O.
struct WatchMachine: Equatable {
    typealias Instant = ContinuousClock.Instant

    /// The duration below which a watch without an event counts as a failure.
    static let shortestWatch: Duration = .seconds(3)
    /// The number of failures in a row after which to list again: the version may be the cause.
    static let failuresUntilList = 5
    /// The silence after which to list again. For a version of the future, as after a restore of etcd from a backup, the API server sends
    /// nothing at all.
    static let silenceUntilList: Duration = .seconds(300)
    /// The longest `Retry-After`, in seconds, that is honoured.
    static let patience = 60

    enum Action: Equatable {
        case list
        case watch(from: String)
    }

    enum Input: Equatable {
        case listed(version: String)
        /// An event or a bookmark.
        case advanced(version: String)
        /// The server ended the watch at its regular timeout.
        case ended
        /// A watch that lasted for a while or had an event lost its connection or ended early: load balancers close idle connections.
        case cutOff
        /// A watch cannot continue from this version: it is too old (410 Gone, as a status or in the stream), or the next event is
        /// undecodable.
        case expired(retryAfterSeconds: Int?)
        /// Any other failure, including a watch that ended at once. The version is still valid.
        case failed(retryAfterSeconds: Int?)
    }

    /// The wait before an action.
    enum Pause: Equatable {
        case none
        /// A random wait of at most a second, so that watches that lost their connection together do not reconnect together.
        case short
        /// The delay of ``Backoff``, with a minimum.
        case backOff(atLeast: Duration)
    }

    private(set) var action = Action.list
    private(set) var pause = Pause.none
    /// The newest resource version; nil if it is no longer valid.
    private(set) var known: String?
    private var failures = 0
    /// The time of the last list, event or bookmark.
    private var lastWord: Instant?

    /// Handles an input.
    /// - Returns: true if the API server reported an older version than before, which leads to a new list.
    mutating func handle(_ input: Input, now: Instant) -> Bool {
        var wentBack = false
        switch input {
        case .listed(let version):
            wentBack = isOlder(version)
            continueFrom(version, now)
        case .advanced(let version) where isOlder(version):
            wentBack = true
            (action, pause, known) = (.list, .backOff(atLeast: .zero), nil)
        case .advanced(let version):
            continueFrom(version, now)
        case .ended, .cutOff:
            failures = 0
            pause = input == .ended ? .none : .short
            listAfterSilence(now)
        case .expired(let seconds):
            // With backoff, so that a server that keeps reporting 410 is not listed in a loop.
            (action, pause) = (.list, Self.backOff(seconds))
        case .failed(let seconds):
            failures += 1
            pause = Self.backOff(seconds)
            if failures >= Self.failuresUntilList { action = .list }
            listAfterSilence(now)
        }
        return wentBack
    }

    private mutating func continueFrom(_ version: String, _ now: Instant) {
        (action, pause, failures, known, lastWord) = (.watch(from: version), .none, 0, version, now)
    }

    private mutating func listAfterSilence(_ now: Instant) {
        if let lastWord, now - lastWord >= Self.silenceUntilList { action = .list }
    }

    /// Returns true if the version is older than the known one. Versions are opaque, but those of etcd are increasing numbers; others are
    /// not compared.
    private func isOlder(_ version: String) -> Bool {
        guard let known = known.flatMap({ UInt64($0) }), let version = UInt64(version) else { return false }
        return version < known
    }

    private static func backOff(_ retryAfterSeconds: Int?) -> Pause {
        .backOff(atLeast: .seconds(min(max(retryAfterSeconds ?? 0, 0), patience)))
    }
}
