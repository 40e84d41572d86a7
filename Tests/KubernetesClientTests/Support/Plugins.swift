@testable import KubernetesClient

/// A plugin that is a shell script, which runs in a folder of the test.
func plugin(in folder: String, _ script: String, arguments: [String] = [], environment: [String: String] = [:]) throws -> ExecPlugin {
    try write("#!/bin/sh\ncd '\(folder)'\n" + script, to: folder + "/plugin", executable: true)
    let exec = Kubeconfig.Exec(
        apiVersion: "client.authentication.k8s.io/v1",
        command: "./plugin",
        args: arguments,
        env: environment.map { Kubeconfig.Exec.Variable(name: $0.key, value: $0.value) },
        installHint: "apt install plugin"
    )
    return try ExecPlugin(exec, directory: folder)
}

/// A line of a script that hands out a token.
func print(token: String, expiry: String? = nil) -> String {
    let expiry = expiry.map { #","expirationTimestamp":"\#($0)""# } ?? ""
    return """
        echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"\(token)"\(expiry)}}'

        """
}

/// A line of a script that hands out a client certificate.
func print(certificate: String, key: String) -> String {
    let status = #"{"clientCertificateData":"\#(escaped(certificate))","clientKeyData":"\#(escaped(key))"}"#
    return """
        cat <<'END'
        {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":\(status)}
        END

        """
}

private func escaped(_ text: String) -> String { text.split(separator: "\n").joined(separator: #"\n"#) }
