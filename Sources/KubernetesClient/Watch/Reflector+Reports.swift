import Logging

extension Reflector {
    /// - Returns: true if the API server has gone back to an older version.
    @discardableResult
    func advance(_ state: inout State, _ input: WatchMachine.Input) -> Bool {
        let known = state.machine.known
        let wentBack = state.machine.handle(input, now: now())
        if wentBack {
            let text = "the API server tells of an older version than before, as after a restore of etcd; listing again"
            logger.warning("\(text)", metadata: ["known": "\(known ?? "none")", "told": "\(input)"])
        }
        return wentBack
    }

    func heard(_ state: inout State) {
        let now = now()
        store.heard(at: now)
        if state.notice.heard(now: now) { logger.notice("the API server responds to lists and watches again") }
    }

    func handle(_ error: any Error, _ state: inout State) {
        let error = error as? KubernetesError ?? KubernetesError(.transport, "\(error)")
        store.failed("\(error)")
        if error.isGone {
            logger.debug("watch expired; listing again")
        } else {
            let level: Logger.Level = store.isSynced ? .notice : .warning
            logger.log(level: level, "watch failed; retrying after a backoff", metadata: ["error": "\(error)"])
        }
        if let silence = state.notice.failed(now: now()) {
            logger.error(
                "the API server has not responded to lists and watches for too long; the caches may be stale",
                metadata: ["silence": "\(silence.formatted)", "error": "\(error)"]
            )
        }
        let seconds = error.retryAfterSeconds
        let isExpired = error.isGone || error.kind == .decoding
        advance(&state, isExpired ? .expired(retryAfterSeconds: seconds) : .failed(retryAfterSeconds: seconds))
    }

    func report(_ object: UnreadableObject) {
        store.countUnreadable()
        WatchMetrics.unreadable.increment(T.resource.plural)
        let name = "\(object.namespace.map { $0 + "/" } ?? "")\(object.name)"
        logger.error(
            "object cannot be decoded; keeping its last decoded version",
            metadata: ["name": "\(name)", "problem": "\(object.problem)"]
        )
    }
}
