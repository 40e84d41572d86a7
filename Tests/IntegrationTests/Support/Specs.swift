/// Pod specs for the tests' stacks.
enum Specs {
    static let small = spec()

    /// - Parameters:
    ///   - ports: the container ports, TCP.
    ///   - container: further lines of the container, indented by six.
    ///   - pod: further lines of `spec`, indented by two.
    static func spec(cpu: String = "10m", memory: String = "16Mi", ports: [Int] = [8080], container: String = "", pod: String = "")
        -> String
    {
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: challenge
        spec:
        \(pod)
          containers:
            - name: challenge
              image: ctf.local/challenge:1
              ports: [\(ports.map { "{containerPort: \($0)}" }.joined(separator: ", "))]
              resources: {limits: {cpu: "\(cpu)", memory: "\(memory)", ephemeral-storage: 1Mi}}
        \(container)
        """
    }
}
