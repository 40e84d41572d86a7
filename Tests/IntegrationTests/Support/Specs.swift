/// Pod specs for the tests' stacks.
enum Specs {
    static let small = spec()

    /// - Parameters:
    ///   - container: further lines of the container, indented by six.
    ///   - pod: further lines of `spec`, indented by two.
    static func spec(cpu: String = "10m", memory: String = "16Mi", container: String = "", pod: String = "") -> String {
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
              ports: [{containerPort: 8080}]
              resources: {limits: {cpu: "\(cpu)", memory: "\(memory)", ephemeral-storage: 1Mi}}
        \(container)
        """
    }
}
