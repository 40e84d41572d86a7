import FoundationEssentials

/// The state machine of renewals, without clock or network; ``CredentialCache`` drives it.
struct CredentialLifetime {
    /// The next step of the caller of ``request(now:)``.
    enum Action: Equatable {
        case use(AWSCredentials)
        case useAndRenew(AWSCredentials)
        case wait
        case renewAndWait
    }

    private var held: (credentials: AWSCredentials, since: Date)?
    private var isRenewing = false

    /// The maximum time before the expiry at which a renewal starts. `margin` is the time before the expiry at which use ends, for clock
    /// skew.
    private static let renewal: TimeInterval = 300
    private static let margin: TimeInterval = 10

    /// Returns the next step. Each `useAndRenew` and `renewAndWait` must be followed by one ``renewed(_:now:)`` or ``renewalFailed()``.
    mutating func request(now: Date) -> Action {
        guard let held, let expiration = held.credentials.expiration else {
            return self.held.map { .use($0.credentials) } ?? renewOrWait()
        }
        // Short-lived credentials are renewed in the last quarter of their life, so that a provider that returns the same ones again is not
        // called for every request.
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

    /// Records a failed renewal. The credentials stay in use until they expire; the next request tries again.
    mutating func renewalFailed() {
        isRenewing = false
    }

    /// Discards credentials that the service rejected, unless they were replaced meanwhile.
    /// - Returns: true if a renewal may help.
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
