import Foundation
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests {
    private static let secrets = ["s3cr3t", "cGFzc3dvcmQ", "hunter2"]

    /// A file with one context, cluster and user.
    private func file(
        cluster: String = "server: https://api.example:6443",
        user: String = "token: s3cr3t",
        context: String = "{cluster: c, user: u, namespace: team}",
        current: String = "current-context: x"
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        \(current)
        contexts: [{name: x, context: \(context)}]
        clusters: [{name: c, cluster: {\(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        """
    }

    private func load(_ text: String, context: String? = nil) throws -> KubernetesConfiguration {
        try KubernetesConfiguration.kubeconfig(text: text, directory: "/etc/k", context: context)
    }

    private func message(_ text: String, context: String? = nil) -> String? {
        do {
            _ = try load(text, context: context)
            return nil
        } catch let error as KubernetesError where error.kind == .configuration {
            return error.message
        } catch {
            return "unexpected: \(error)"
        }
    }

    @Test func `reads server, namespace and token`() throws {
        let configuration = try load(file())
        #expect(configuration.server == "https://api.example:6443")
        #expect(configuration.namespace == "team")
        #expect(configuration.credentials == .token("s3cr3t"))
        #expect(!configuration.skipsTLSVerification)
        #expect(configuration.certificateAuthority == nil)
    }

    @Test func `JSON is YAML too`() throws {
        let text = """
            {"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c"}}],\
            "clusters":[{"name":"c","cluster":{"server":"http://localhost:8080/"}}]}
            """
        let configuration = try load(text)
        #expect(configuration.server == "http://localhost:8080")
        #expect(configuration.credentials == .none)
    }

    @Test(arguments: [
        ("insecure-skip-tls-verify: true", true),
        ("insecure-skip-tls-verify: false", false),
    ])
    func `insecure-skip-tls-verify is read`(field: String, expected: Bool) throws {
        #expect(try load(file(cluster: "server: https://a, " + field)).skipsTLSVerification == expected)
    }

    @Test func `certificates and keys come from the file itself, also folded over lines`() throws {
        let cluster = "server: https://a, certificate-authority-data: \"YW\n  Jj\""
        let configuration = try load(file(cluster: cluster, user: "client-certificate-data: ZGVm, client-key-data: Z2hp"))
        #expect(configuration.certificateAuthority == .bytes([UInt8]("abc".utf8), field: "cluster \"c\": certificate-authority-data"))
        #expect(configuration.clientCertificate == .bytes([UInt8]("def".utf8), field: "user \"u\": client-certificate-data"))
        #expect(configuration.clientKey == .bytes([UInt8]("ghi".utf8), field: "user \"u\": client-key-data"))
    }

    @Test func `relative paths belong to the folder of the file`() throws {
        let user = "client-certificate: pki/c.crt, client-key: /abs/c.key"
        let configuration = try load(file(cluster: "server: https://a, certificate-authority: ca.crt", user: user))
        #expect(configuration.certificateAuthority == .file("/etc/k/ca.crt"))
        #expect(configuration.clientCertificate == .file("/etc/k/pki/c.crt"))
        #expect(configuration.clientKey == .file("/abs/c.key"))
        #expect(try load(file(user: "tokenFile: t")).credentials == .tokenFile("/etc/k/t"))
    }

    @Test func `a part of the kubeconfig that is not selected may be invalid`() throws {
        let text = """
            current-context: x
            contexts:
            - {name: x, context: {cluster: c, user: u}}
            - {name: y}
            - {name: z, context: {cluster: 5, user: [a]}}
            - 5
            - null
            clusters: [{name: c, cluster: {server: "https://a"}}, {name: d, cluster: null}, {name: e, cluster: {server: [a]}}, {cluster: {}}]
            users:
            - {name: old, user: {exec: {command: x}}}
            - {name: none, user: null}
            - {name: odd, user: {exec: {env: [{name: A}], args: {}}}}
            - {name: u, user: {token: s3cr3t}}
            """
        #expect(try load(text).credentials == .token("s3cr3t"))
        #expect(message(text, context: "y") == "context \"y\" names no cluster")
        #expect(message(text, context: "z") == "context \"z\": contexts[2].context.user has the wrong type")
        for (cluster, problem) in [
            ("d", "cluster \"d\" has no server"), ("e", "cluster \"e\": clusters[2].cluster.server has the wrong type"),
        ] {
            #expect(message(text.replacing("cluster: c,", with: "cluster: \(cluster),")) == problem)
        }
        for (user, problem) in [
            ("old", "user \"old\": exec plugin x: apiVersion is missing"),
            ("odd", "user \"odd\": users[2].user.exec.args has the wrong type"),
        ] {
            #expect(message(text.replacing("user: u}", with: "user: \(user)}")) == problem)
        }
        #expect(try load(text.replacing("user: u}", with: "user: none}")).credentials == .none)
    }

    @Test func `data wins over a file, a token file over a token, and both over a plugin`() throws {
        let configuration = try load(
            file(
                cluster: "server: https://a, certificate-authority: ca.crt, certificate-authority-data: YWJj",
                user: "token: s3cr3t, tokenFile: t, exec: {apiVersion: client.authentication.k8s.io/v1, command: x}"
            )
        )
        let plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, command: x}"
        #expect(try load(file(user: "token: s3cr3t, " + plugin)).credentials == .token("s3cr3t"))
        #expect(configuration.certificateAuthority == .bytes([UInt8]("abc".utf8), field: "cluster \"c\": certificate-authority-data"))
        #expect(configuration.credentials == .tokenFile("/etc/k/t"))
    }

    @Test(arguments: ["\"s3cr3t\\n\"", "\" s3cr3t\"", "\"s3cr3t\\r\\n\""])
    func `a token loses the line ends around it`(token: String) throws {
        #expect(try load(file(user: "token: " + token)).credentials == .token("s3cr3t"))
    }

    @Test func `reads an exec plugin`() throws {
        let user = """
            exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/get, args: [a, b], env: [{name: K, value: v}], \
            installHint: brew install get, interactiveMode: IfAvailable, provideClusterInfo: false}
            """
        guard case .exec(let plugin) = try load(file(user: user)).credentials else {
            Issue.record("no plugin")
            return
        }
        #expect(plugin.command == "/etc/k/./bin/get")
        #expect(plugin.apiVersion == "client.authentication.k8s.io/v1beta1")
        #expect(plugin.arguments == ["a", "b"])
        #expect(plugin.environment == ["K": "v"])
        #expect(plugin.installHint == "brew install get")
    }

    @Test(arguments: [("aws", "aws"), ("/usr/bin/aws", "/usr/bin/aws"), ("bin/aws", "/etc/k/bin/aws")])
    func `a plugin is looked up in PATH, at its path, or beside the file`(command: String, expected: String) throws {
        let user = "exec: {apiVersion: client.authentication.k8s.io/v1, command: \(command), args: null, env: null}"
        guard case .exec(let plugin) = try load(file(user: user)).credentials else {
            Issue.record("no plugin")
            return
        }
        #expect(plugin.command == expected)
    }

    @Test func `the context can be chosen`() throws {
        let text = file() + "\n"
        let other = text.replacing("contexts: [", with: "contexts: [{name: y, context: {cluster: c, namespace: other}}, ")
        #expect(try load(other, context: "y").namespace == "other")
        #expect(try load(other).namespace == "team")
        #expect(message(other, context: "z") == "has no context \"z\"; it has: x, y")
    }

    @Test func `of several files the first that names something wins, and paths stay with their file`() throws {
        let first = """
            contexts: [{name: x, context: {cluster: c, user: u, namespace: first}}]
            users: [{name: u, user: {tokenFile: t}}]
            """
        let second = file(cluster: "server: https://second, certificate-authority: ca", user: "token: s3cr3t")
        let merged = try Kubeconfig(text: first, directory: "/one").merging(Kubeconfig(text: second, directory: "/two"))
        let configuration = try merged.configuration(context: nil)
        #expect(configuration.server == "https://second")
        #expect(configuration.namespace == "first")
        #expect(configuration.credentials == .tokenFile("/one/t"))
        #expect(configuration.certificateAuthority == .file("/two/ca"))
    }

    @Test func `an empty file holds nothing, and merges`() throws {
        for text in ["", "\n", "# nothing yet\n", "{}"] {
            #expect(message(text) == "names no current-context; set K8S_CONTEXT")
        }
        let merged = try Kubeconfig(text: "", directory: "/one").merging(Kubeconfig(text: file(), directory: "/two"))
        #expect(try merged.configuration(context: nil).namespace == "team")
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var cluster = "server: https://a"
        var user = "token: s3cr3t"
        var context = "{cluster: c, user: u}"
        var current = "current-context: x"
        var message: String

        var testDescription: String { message }
    }

    private static let mistakes = [
        Mistake(current: "", message: "names no current-context; set K8S_CONTEXT"),
        Mistake(current: "current-context: ''", message: "names no current-context; set K8S_CONTEXT"),
        Mistake(current: "current-context: prod", message: "has no context \"prod\"; it has: x"),
        Mistake(context: "{cluster: gone}", message: "has no cluster \"gone\", which context \"x\" names"),
        Mistake(context: "{cluster: c, user: gone}", message: "has no user \"gone\", which context \"x\" names"),
        Mistake(cluster: "", message: "cluster \"c\" has no server"),
        Mistake(cluster: "server: ''", message: "cluster \"c\" has no server"),
        Mistake(
            cluster: "server: 'localhost:6443'",
            message: "cluster \"c\": server must be an http:// or https:// URL without a query"
        ),
        Mistake(cluster: "server: 'https://me:hunter2@a'", message: "cluster \"c\": server must not hold a user or a password"),
        Mistake(cluster: "server: https://a, proxy-url: http://me:hunter2@p", message: "cluster \"c\": proxy-url is not supported"),
        Mistake(
            cluster: "server: https://a, tls-server-name: 10.0.0.1",
            message: "cluster \"c\": tls-server-name \"10.0.0.1\" is not a DNS name"
        ),
        Mistake(
            cluster: "server: http://a, tls-server-name: b",
            message: "cluster \"c\": tls-server-name is of no use with an http:// server"
        ),
        Mistake(
            cluster: "server: https://a, certificate-authority-data: '*cGFzc3dvcmQ*'",
            message: "cluster \"c\": certificate-authority-data is not base64"
        ),
        Mistake(
            user: "client-certificate-data: '*cGFzc3dvcmQ*', client-key: k",
            message: "user \"u\": client-certificate-data is not base64"
        ),
        Mistake(user: "client-certificate: c, client-key-data: '*cGFzc3dvcmQ*'", message: "user \"u\": client-key-data is not base64"),
        Mistake(
            user: "client-certificate: c",
            message: "user \"u\": client-certificate and client-key belong together; one is missing"
        ),
        Mistake(user: "client-key: k", message: "user \"u\": client-certificate and client-key belong together; one is missing"),
        Mistake(user: "token: 's3cr3t s3cr3t'", message: "user \"u\": token is empty or holds characters that no bearer token has"),
        Mistake(
            user: "username: me, password: hunter2",
            message: "user \"u\": username and password are not supported by Kubernetes any more"
        ),
        Mistake(
            user: "auth-provider: {name: gcp, config: {access-token: s3cr3t}}",
            message: "user \"u\": auth-provider is not supported; use an exec plugin"
        ),
        Mistake(user: "token: s3cr3t, as: root", message: "user \"u\": as (impersonation) is not supported"),
        Mistake(
            user: "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: get}",
            message: "user \"u\": exec plugin get: apiVersion client.authentication.k8s.io/v1alpha1 is not supported; known: "
                + "client.authentication.k8s.io/v1, client.authentication.k8s.io/v1beta1"
        ),
        Mistake(
            user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: ''}",
            message: "user \"u\": exec has no command"
        ),
        Mistake(
            user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: get, interactiveMode: Always}",
            message: "user \"u\": exec plugin get: interactiveMode Always is not supported: nobody is there to answer"
        ),
        Mistake(
            user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: get, env: [{name: 'a=b', value: c}]}",
            message: "user \"u\": exec plugin get: env has a variable without a name, or with = in its name"
        ),
        Mistake(
            user: #"exec: {apiVersion: client.authentication.k8s.io/v1, command: get, args: ["s3cr3t\0"]}"#,
            message: "user \"u\": exec plugin get: command, args and env must not hold a NUL character"
        ),
        Mistake(cluster: "server: 'https://a:65536'", message: "cluster \"c\": the port of server must be 1 to 65535"),
        Mistake(cluster: "server: 'https://a:0'", message: "cluster \"c\": the port of server must be 1 to 65535"),
        Mistake(context: "{user: u}", message: "context \"x\" names no cluster"),
        Mistake(cluster: "server: [s3cr3t]", message: "cluster \"c\": clusters[0].cluster.server has the wrong type"),
        Mistake(user: "token: {a: s3cr3t}", message: "user \"u\": users[0].user.token has the wrong type"),
        Mistake(user: "exec: {command: get}", message: "user \"u\": exec plugin get: apiVersion is missing"),
    ]

    @Test(arguments: mistakes)
    func `a mistake is named with its place and without secrets`(mistake: Mistake) {
        let text = file(cluster: mistake.cluster, user: mistake.user, context: mistake.context, current: mistake.current)
        let found = message(text)
        #expect(found == mistake.message)
        for secret in Self.secrets { #expect(found?.contains(secret) == false) }
    }

    @Test(arguments: ["users: [{name: u, user: {token: s3cr3t}", "token: s3cr3t: s3cr3t", "\tusers: s3cr3t", "a: *s3cr3t"])
    func `of YAML that cannot be read only the place is told`(text: String) throws {
        let found = try #require(message(text))
        #expect(found.hasPrefix("is not a kubeconfig: its YAML cannot be read"))
        #expect(!found.contains("s3cr3t"))
    }

    @Test(arguments: ["just text", "[a, b]", "5"])
    func `something else than a kubeconfig is refused`(text: String) throws {
        #expect(try #require(message(text)).hasPrefix("is not a kubeconfig"))
    }
}
