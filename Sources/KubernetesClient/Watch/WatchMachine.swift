/// What a reflector does next: list, then watch from there; a decision in a value, without I/O.
struct WatchMachine: Equatable {
    typealias Instant = ContinuousClock.Instant

    /// A watch that ends sooner than this without an event is as good as a failure.
    static let shortestWatch: Duration = .seconds(3)
    /// So many failures in a row lead to a new list, whatever they are: the version may be what is wrong.
    static let failuresUntilList = 5
    /// So long without a list, an event or a bookmark leads to a new list: of a version of the future, as after etcd was restored from a
    /// backup, the API server says nothing at all.
    static let silenceUntilList: Duration = .seconds(300)
    /// The longest `Retry-After` that is honoured.
    static let patience = 60

    enum Action: Equatable {
        case list
        case watch(from: String)
    }

    enum Input: Equatable {
        case listed(version: String)
        /// An event or a bookmark.
        case advanced(version: String)
        /// The server ended the watch in order, as it does after its time.
        case ended
        /// A watch that lasted for a while or had an event lost its connection, or ended early: load balancers close idle ones.
        case cutOff
        /// There is no going on from this version: it is too old (410 Gone, as a status or inside the stream), or what follows it
        /// cannot be read.
        case expired(retryAfterSeconds: Int?)
        /// Whatever else went wrong, also a watch that ended as soon as it had begun. The version may still be good.
        case failed(retryAfterSeconds: Int?)
    }

    /// How long to wait before.
    enum Pause: Equatable {
        case none
        /// At most a second, so that those who lost a load balancer together do not come back together.
        case short
        /// As ``Backoff`` says, and at least so long.
        case backOff(atLeast: Duration)
    }

    /// What to do next.
    private(set) var action = Action.list
    /// Before that.
    private(set) var pause = Pause.none
    /// The newest version that the API server has told; nil when what it told is no longer to be trusted.
    private(set) var known: String?
    private var failures = 0
    /// The last list, event or bookmark.
    private var lastWord: Instant?

    /// - Returns: whether the API server has gone back in time: it tells of an older version than before. Then it is listed anew.
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
            // Not at once: a server that keeps saying so must not be listed in a loop.
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

    /// Versions are opaque, but those of etcd are numbers that only grow. Others are not compared.
    private func isOlder(_ version: String) -> Bool {
        guard let known = known.flatMap({ UInt64($0) }), let version = UInt64(version) else { return false }
        return version < known
    }

    private static func backOff(_ retryAfterSeconds: Int?) -> Pause {
        .backOff(atLeast: .seconds(min(max(retryAfterSeconds ?? 0, 0), patience)))
    }
}
