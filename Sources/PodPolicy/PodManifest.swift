/// The Pod that is sent to the API server: built here, field by field, from what was checked. Nothing of the caller's document is
/// passed through.
public struct PodManifest: Codable, Sendable, Equatable {
    public var apiVersion = "v1"
    public var kind = "Pod"
    public var metadata: Metadata
    public var spec: Spec

    public struct Metadata: Codable, Sendable, Equatable {
        public var name: String
        public var namespace: String
        public var labels: [String: String]
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var restartPolicy = "Never"
        public var automountServiceAccountToken = false
        public var enableServiceLinks = false
        public var activeDeadlineSeconds: Int64
        public var terminationGracePeriodSeconds: Int64
        public var securityContext: PodSecurityContext
        public var hostname: String?
        public var imagePullSecrets: [LocalObjectReference]?
        public var nodeSelector: [String: String]?
        public var initContainers: [Container]?
        public var containers: [Container]
        public var volumes: [Volume]?
    }

    public struct LocalObjectReference: Codable, Sendable, Equatable {
        public var name: String
    }

    public struct PodSecurityContext: Codable, Sendable, Equatable {
        public var runAsNonRoot: Bool?
        public var seccompProfile = SeccompProfile()
    }

    public struct SeccompProfile: Codable, Sendable, Equatable {
        public var type = "RuntimeDefault"
    }

    public struct Container: Codable, Sendable, Equatable {
        public var name: String
        public var image: String
        public var imagePullPolicy: String?
        public var command: [String]?
        public var args: [String]?
        public var workingDir: String?
        public var env: [EnvironmentVariable]?
        public var ports: [Port]?
        public var resources: Resources
        public var securityContext: SecurityContext
        public var livenessProbe: Probe?
        public var readinessProbe: Probe?
        public var startupProbe: Probe?
        public var lifecycle: Lifecycle?
        public var volumeMounts: [VolumeMount]?
        public var stdin: Bool?
        public var tty: Bool?
        public var terminationMessagePolicy: String?
    }

    public struct EnvironmentVariable: Codable, Sendable, Equatable {
        public var name: String
        public var value: String?
        public var valueFrom: ValueFrom?
    }

    public struct ValueFrom: Codable, Sendable, Equatable {
        public var fieldRef: FieldReference
    }

    public struct FieldReference: Codable, Sendable, Equatable {
        public var fieldPath: String
    }

    public struct Port: Codable, Sendable, Equatable {
        public var name: String?
        public var containerPort: Int
        public var `protocol`: String
    }

    /// Requests and limits are the same.
    public struct Resources: Codable, Sendable, Equatable {
        public var requests: ResourceList
        public var limits: ResourceList
    }

    public struct ResourceList: Codable, Sendable, Equatable {
        public var cpu: String
        public var memory: String
        public var ephemeralStorage: String

        enum CodingKeys: String, CodingKey {
            case cpu, memory
            case ephemeralStorage = "ephemeral-storage"
        }
    }

    public struct SecurityContext: Codable, Sendable, Equatable {
        public var allowPrivilegeEscalation = false
        public var privileged = false
        public var capabilities: Capabilities
    }

    public struct Capabilities: Codable, Sendable, Equatable {
        public var drop = ["ALL"]
        public var add: [String]?
    }

    public struct Probe: Codable, Sendable, Equatable {
        public var exec: ExecAction?
        public var httpGet: HTTPGetAction?
        public var tcpSocket: TCPSocketAction?
        public var grpc: GRPCAction?
        public var initialDelaySeconds: Int?
        public var timeoutSeconds: Int?
        public var periodSeconds: Int?
        public var successThreshold: Int?
        public var failureThreshold: Int?
        public var terminationGracePeriodSeconds: Int?
    }

    public struct ExecAction: Codable, Sendable, Equatable {
        public var command: [String]
    }

    public struct HTTPGetAction: Codable, Sendable, Equatable {
        public var path: String?
        public var port: PortReference
        public var scheme: String?
        public var httpHeaders: [HTTPHeader]?
    }

    public struct HTTPHeader: Codable, Sendable, Equatable {
        public var name: String
        public var value: String
    }

    public struct TCPSocketAction: Codable, Sendable, Equatable {
        public var port: PortReference
    }

    public struct GRPCAction: Codable, Sendable, Equatable {
        public var port: Int
        public var service: String?
    }

    public struct Lifecycle: Codable, Sendable, Equatable {
        public var postStart: LifecycleHandler?
        public var preStop: LifecycleHandler?
    }

    public struct LifecycleHandler: Codable, Sendable, Equatable {
        public var exec: ExecAction
    }

    public struct VolumeMount: Codable, Sendable, Equatable {
        public var name: String
        public var mountPath: String
        public var readOnly: Bool?
        public var subPath: String?
    }

    public struct Volume: Codable, Sendable, Equatable {
        public var name: String
        public var emptyDir: EmptyDir
    }

    public struct EmptyDir: Codable, Sendable, Equatable {
        public var medium: String?
        public var sizeLimit: String
    }

    /// A port by number or by name.
    public enum PortReference: Codable, Sendable, Equatable {
        case number(Int)
        case name(String)

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                self = .number(try container.decode(Int.self))
            } catch is DecodingError {
                self = .name(try container.decode(String.self))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .name(let name): try container.encode(name)
            }
        }
    }
}
