/// The policy for Pod specs, an allow-list. A field that is not known to be harmless is rejected with its path; an accepted spec is built
/// anew with every isolating field forced.
public struct PodPolicy: Sendable {
    /// The maximum size of a spec, in bytes of UTF-8.
    public static let maximumSize = 64 * 1024
    /// The operator's settings.
    public let settings: PodPolicySettings

    /// Creates the policy with an operator's settings.
    public init(settings: PodPolicySettings = PodPolicySettings()) {
        self.settings = settings
    }

    /// Checks a spec whose only port must be `targetPort`.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String, targetPort: Int) throws(PodSpecRefusal) -> CheckedPod {
        try check(text, expectedPort: targetPort)
    }

    /// Checks a spec without a required port, as an author does.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String) throws(PodSpecRefusal) -> CheckedPod {
        try check(text, expectedPort: nil)
    }

    private func check(_ text: String, expectedPort: Int?) throws(PodSpecRefusal) -> CheckedPod {
        let document = try Document.parse(text)
        let checker = Checker(settings: settings)
        let pod = checker.pod(document, targetPort: expectedPort)
        guard let pod, checker.problems.isEmpty else { throw PodSpecRefusal(problems: checker.problemsByPosition) }
        return pod
    }
}
