import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Testing

/// Two stacks on the real node, and everything that tries to connect to everything.
struct IsolatedStacks: Sendable {
    /// A party that connects.
    enum Caller: String, Sendable, CaseIterable {
        /// A stack with egress `none`.
        case sealed
        /// A stack with egress `internet`.
        case connected
        /// A Pod of another namespace, which no policy selects.
        case outsider
        /// A process outside the cluster.
        case player

        /// What reaches the caller itself, which no policy forbids.
        var itself: Set<Target> {
            switch self {
            case .sealed: [.sealed, .sealedNodePort]
            case .connected: [.connected, .connectedNodePort]
            case .outsider: [.outsider]
            case .player: []
            }
        }
    }

    /// A place to connect to.
    enum Target: String, Sendable, CaseIterable {
        case sealed, sealedNodePort, connected, connectedNodePort
        case outsider, nameServer, otherPortOfNameServer
        case node, gateway, apiServer, service
        /// A public address, and others of the same host that no stack may reach.
        case internet, metadata, private10, private172, private192, carrierGrade, reserved

        /// The address at which the pretended internet answers.
        var internetAddress: String? {
            switch self {
            case .internet: "1.2.3.4"
            case .metadata: "169.254.169.254"
            case .private10: "10.9.9.9"
            case .private172: "172.31.9.9"
            case .private192: "192.168.9.9"
            case .carrierGrade: "100.64.9.9"
            case .reserved: "240.0.0.9"
            default: nil
            }
        }
    }

    struct Place: Sendable {
        var host: String
        var port: Int
    }

    struct PodName: Sendable {
        var namespace: String
        var name: String
    }

    var pods: [Caller: PodName]
    var places: [Target: Place]

    static let stacks: Set<Target> = [.sealed, .sealedNodePort, .connected, .connectedNodePort]
    static let nodePorts: Set<Target> = [.sealedNodePort, .connectedNodePort]

    /// The targets that each caller reaches; a player is asked for the NodePorts only.
    func openPaths() async throws -> [Caller: Set<Target>] {
        var open: [Caller: Set<Target>] = [.player: []]
        for target in Self.nodePorts where await answers(try #require(places[target])) { open[.player]?.insert(target) }
        // Once connected, nc becomes the echo, and its end closes the connection: no server is waited for.
        let tries = places.map { "nc -w 10 \($1.host) \($1.port) -e echo 2>/dev/null && echo \($0)\n" }
        for (caller, pod) in pods {
            let lines = try await RealNode.run(tries.joined() + "true", inPod: pod.name, namespace: pod.namespace)
            open[caller] = Set(try lines.split(separator: "\n").map { try #require(Target(rawValue: String($0)), "\(lines)") })
        }
        return open
    }

    /// The paths that are closed although no rule closes any: none, once the node's packet filter has learned of the Services.
    func closedPaths() async throws -> [Caller: Set<Target>] {
        var closed: [Caller: Set<Target>] = [:]
        for _ in 0..<20 {
            closed = [:]
            for (caller, open) in try await openPaths() {
                let all = caller == .player ? Self.nodePorts : Set(Target.allCases)
                if open != all { closed[caller] = all.subtracting(open) }
            }
            if closed.isEmpty { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        return closed
    }

    private func answers(_ place: Place) async -> Bool {
        let request = HTTPClientRequest(url: "http://\(place.host):\(place.port)/")
        do { return try await HTTPClient.shared.execute(request, timeout: .seconds(10)).status == .ok } catch { return false }
    }
}
