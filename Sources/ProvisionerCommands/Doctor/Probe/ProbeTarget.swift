/// An attempt of a probe Pod to open a TCP connection.
struct ProbeTarget: Sendable, Equatable {
    /// The key of the result: letters, digits and hyphens.
    var key: String
    /// An address, or a variable of the script such as `$KUBERNETES_SERVICE_HOST`.
    var host: String
    var port: String
    /// True if the connection must succeed.
    var mustWork: Bool
    /// The attempt as a clause with an infinitive.
    var attempt: String
}

/// The two probe Pods: one with egress `none`, one with egress `internet`.
enum ProbeRole: String, Sendable, CaseIterable {
    case none
    case internet
}

extension ProbeRole {
    /// The port on which both Pods listen.
    static let port = 8080

    /// Returns the attempts of the Pod. Each begins with one on itself, which shows that the image can connect at all.
    /// - Parameters:
    ///   - nodes: addresses of kubelets.
    ///   - other: the address of the other Pod, for the one with egress `none`.
    ///   - publicAddress: a host and a port in the Internet.
    func targets(nodes: [HostPort], other: String?, publicAddress: HostPort) -> [ProbeTarget] {
        let stack = self == .none ? "a stack with egress none" : "a stack with egress internet"
        func target(_ key: String, _ host: String, _ port: String, _ mustWork: Bool, _ goal: String) -> ProbeTarget {
            ProbeTarget(key: key, host: host, port: port, mustWork: mustWork, attempt: "\(stack): \(goal)")
        }
        var targets = [target("self", "127.0.0.1", "\(Self.port)", true, "itself")]
        if let other { targets.append(target("stack", other, "\(Self.port)", false, "another stack, \(other):\(Self.port)")) }
        targets.append(target("api", "$KUBERNETES_SERVICE_HOST", "$KUBERNETES_SERVICE_PORT", false, "the API server"))
        for (index, node) in nodes.prefix(3).enumerated() {
            targets.append(target("node-\(index)", node.host, "\(node.port)", false, "the node at \(node)"))
        }
        targets.append(target("metadata", "169.254.169.254", "80", false, "cloud metadata, 169.254.169.254:80"))
        let isOpen = self == .internet
        targets.append(target("dns", "$server", "53", isOpen, "the name server"))
        targets.append(target("public", publicAddress.host, "\(publicAddress.port)", isOpen, "the Internet, \(publicAddress)"))
        return targets
    }

    /// Returns the shell script of the attempts. It writes a line `KEY open` or `KEY closed` for each to the termination message.
    ///
    /// Implementations of `nc` differ: some know `-z`, others `-e`. Attempts are repeated, because a network plugin may need some seconds to
    /// apply the policies to a new Pod.
    static func script(_ targets: [ProbeTarget]) -> String {
        let attempts = targets.map { "check \($0.key) \($0.mustWork ? "open" : "closed") \"\($0.host)\" \"\($0.port)\" &" }
        return """
            while read -r word value rest; do if [ "$word" = nameserver ]; then server=$value; break; fi; done </etc/resolv.conf
            connect() { nc -z -w 3 "$1" "$2" </dev/null || nc -w 3 "$1" "$2" -e echo </dev/null; }
            check() {
              for round in 1 2 3 4 5 6; do
                if connect "$3" "$4" >/dev/null 2>&1; then got=open; else got=closed; fi
                if [ $got = "$2" ]; then break; fi
                sleep 3
              done
              echo "$1 $got" >>/dev/termination-log
            }
            sleep 3
            \(attempts.joined(separator: "\n"))
            wait
            """
    }

    /// The script of the listener: busybox' httpd, else `nc`.
    static let listener = """
        httpd -f -p \(port) -h / || while :; do nc -l -p \(port) </dev/null >/dev/null || sleep 1; done
        """

    /// Parses the termination message of ``script(_:)``.
    static func results(_ message: String) -> [String: Bool] {
        var results: [String: Bool] = [:]
        for line in message.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, words[1] == "open" || words[1] == "closed" else { continue }
            results[String(words[0])] = words[1] == "open"
        }
        return results
    }
}
