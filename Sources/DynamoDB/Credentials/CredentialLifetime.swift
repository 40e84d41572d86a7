import FoundationEssentials

/// When credentials are renewed: a state machine without clock or network, which ``CredentialCache`` drives.
struct CredentialLifetime {
    /// What the caller of ``request(now:)`` does next.
    enum Action: Equatable {
        case use(AWSCredentials)
        /// Uses them and begins to renew them.
        case useAndRenew(AWSCredentials)
        /// Waits for the renewal that goes on.
        case wait
        /// Begins the renewal and waits for it.
        case renewAndWait
    }

    private var held: (credentials: AWSCredentials, since: Date)?
    private var isRenewing = false

    /// How long before their end credentials are renewed, at most; and how long before it they are used no more, because clocks
    /// differ.
    private static let renewal: TimeInterval = 300
    private static let margin: TimeInterval = 10

    /// Every `useAndRenew` and `renewAndWait` must be followed by one ``renewed(_:now:)`` or ``renewalFailed()``.
    mutating func request(now: Date) -> Action {
        guard let held, let expiration = held.credentials.expiration else {
            return self.held.map { .use($0.credentials) } ?? renewOrWait()
        }
        // Short-lived ones are renewed in the last quarter of their life, so that a source which hands out the same ones again and
        // again is not asked by every request.
        let lifetime = max(0, expiration.timeIntervalSince(held.since))
        let left = expiration.timeIntervalSince(now)
        if left <= min(Self.margin, lifetime / 8) { return renewOrWait() }
        guard left <= min(Self.renewal, lifetime / 4), !isRenewing else { return .use(held.credentials) }
        isRenewing = true
        return .useAndRenew(held.credentials)
    }

    mutating func renewed(_ credentials: AWSCredentials, now: Date) {
        held = (credentials, now)
        isRenewing = false
    }

    /// What is held stays in use until it expires; the next request tries again.
    mutating func renewalFailed() {
        isRenewing = false
    }

    /// Forgets credentials that the service has refused, unless others have come meanwhile.
    /// - Returns: whether renewing can be expected to help.
    mutating func reject(_ credentials: AWSCredentials) -> Bool {
        guard credentials.expiration != nil else { return false }
        if held?.credentials == credentials { held = nil }
        return true
    }

    private mutating func renewOrWait() -> Action {
        if isRenewing { return .wait }
        isRenewing = true
        return .renewAndWait
    }
}
