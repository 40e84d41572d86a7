import Yams

extension PodManifest {
    /// The manifest as YAML for people and stores, without the values of the caller's environment.
    /// - Throws: an error of the encoder; none is known for a manifest of the policy.
    public var yaml: String {
        get throws { try Yams.serialize(node: NodeEncoder.node(of: hidingEnvironment)) }
    }
}
