package import PodPolicy

/// One port of a stack: the container port and the NodePort through which players reach it.
package struct PortMapping: Sendable, Hashable {
    package var exposed: ExposedPort
    /// The NodePort; ``none`` in a record of state `failed`, which holds no port.
    package var nodePort: Int

    /// The NodePort of a port that has none.
    package static let none = 0

    package init(_ exposed: ExposedPort, nodePort: Int) {
        self.exposed = exposed
        self.nodePort = nodePort
    }
}
