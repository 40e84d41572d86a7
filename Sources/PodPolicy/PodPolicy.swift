/// The policy for Pod specs, an allow-list. A field that is not known to be harmless is rejected with its path; an accepted spec is built
/// anew with every isolating field forced.
public struct PodPolicy: Sendable {
    /// The maximum size of a spec, in bytes of UTF-8.
    public static let maximumSize = 64 * 1024
    /// The maximum number of ports of a stack.
    public static let maximumPorts = 24
    /// The operator's settings.
    public let settings: PodPolicySettings

    /// Creates the policy with an operator's settings.
    public init(settings: PodPolicySettings = PodPolicySettings()) {
        self.settings = settings
    }

    /// Checks a spec for a stack that exposes `ports`.
    /// - Parameters:
    ///   - ports: 1 to ``maximumPorts`` ports, each once, in the order of ``CheckedPod/ports``.
    ///   - isArray: true if the caller listed the ports: the Pod then exposes them alone. False if the caller gave one number: that port
    ///     must be the only one of the spec, which also chooses its protocol.
    ///   - environment: variables of every container, set over those of the same name in the spec. See ``PodEnvironment``.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String, ports: [ExposedPort], isArray: Bool, environment: [String: String] = [:])
        throws(PodSpecRefusal) -> CheckedPod
    {
        let demand: PortDemand = if !isArray, ports.count == 1 { .only(ports[0].containerPort) } else { .list(ports) }
        return try check(text, demand, environment)
    }

    /// Checks a spec whose only port must be `targetPort`.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String, targetPort: Int) throws(PodSpecRefusal) -> CheckedPod {
        try check(text, .only(targetPort), [:])
    }

    /// Checks a spec with one port, whichever it is, as an author does.
    /// - Throws: ``PodSpecRefusal`` with every problem found.
    public func check(_ text: String) throws(PodSpecRefusal) -> CheckedPod {
        try check(text, .any, [:])
    }

    private func check(_ text: String, _ demand: PortDemand, _ environment: [String: String]) throws(PodSpecRefusal) -> CheckedPod {
        let document = try Document.parse(text)
        let checker = Checker(settings: settings)
        let pod = checker.pod(document, demand, environment)
        guard let pod, checker.problems.isEmpty else { throw PodSpecRefusal(problems: checker.problemsByPosition) }
        return pod
    }
}
