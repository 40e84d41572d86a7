import FoundationEssentials

extension ExecPlugin {
    /// The cluster information for a plugin with `provideClusterInfo`.
    struct ClusterInfo: Sendable, Equatable {
        var server: String
        var tlsServerName: String?
        var skipsTLSVerification: Bool?
        var certificateAuthority: PEMSource?
        /// The cluster's extension for exec plugins.
        var config: JSONValue?
    }

    /// The `ExecCredential` read by a plugin.
    private struct Question: Encodable {
        struct Spec: Encodable {
            var cluster: Cluster?
            var interactive = false
        }

        struct Cluster: Encodable {
            var server: String
            var tlsServerName: String?
            var skipsTLSVerification: Bool?
            var certificateAuthorityData: String?
            var config: JSONValue?

            enum CodingKeys: String, CodingKey {
                case server, config
                case tlsServerName = "tls-server-name"
                case skipsTLSVerification = "insecure-skip-tls-verify"
                case certificateAuthorityData = "certificate-authority-data"
            }
        }

        var apiVersion: String
        var kind = "ExecCredential"
        var spec: Spec
    }

    /// Returns the value of KUBERNETES_EXEC_INFO.
    /// - Throws: ``KubernetesError`` `credentials` if the certificate authority file cannot be read.
    func info() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let cluster = try cluster.map { cluster in
                Question.Cluster(
                    server: cluster.server,
                    tlsServerName: cluster.tlsServerName,
                    skipsTLSVerification: cluster.skipsTLSVerification,
                    certificateAuthorityData: try cluster.certificateAuthority.map { Data(try $0.read()).base64EncodedString() },
                    config: cluster.config
                )
            }
            let question = Question(apiVersion: apiVersion, spec: Question.Spec(cluster: cluster))
            return String(decoding: try encoder.encode(question), as: UTF8.self)
        } catch let error as KubernetesError {
            throw failure("cannot be told of the cluster: \(error.message)")
        } catch {
            throw failure("cannot be told of the cluster: \(error)")
        }
    }
}

/// A JSON value, decoded from YAML.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = Self.first(container, Bool.self) {
            self = .bool(value)
        } else if let text = Self.first(container, String.self) {
            // Yams decodes only unquoted scalars as Double. Its integer decoding is avoided, since it traps on 9223372036854775807:59.
            let isPlain = Self.first(container, Double.self) != nil
            if isPlain, let value = Int64(text) {
                self = .integer(value)
            } else if isPlain, let value = Double(text), value.isFinite {
                self = .number(value)
            } else {
                self = .string(text)
            }
        } else if let value = Self.first(container, [JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Returns nil if the value has another type.
    private static func first<Value: Decodable>(_ container: any SingleValueDecodingContainer, _ type: Value.Type) -> Value? {
        do { return try container.decode(type) } catch { return nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
