/// The Pod that is sent to the API server, built field by field from checked values. No part of the caller's document is passed through.
///
/// Encoded, it has the values of the caller's environment; ``yaml`` hides them.
public struct PodManifest: Codable, Sendable, Equatable {
    package var apiVersion = "v1"
    package var kind = "Pod"
    package var metadata: Metadata
    package var spec: Spec
    /// The caller's variables as given, which ``yaml`` hides.
    package var environment: [String: String] = [:]

    private enum CodingKeys: String, CodingKey {
        case apiVersion, kind, metadata, spec
    }

    package struct Metadata: Codable, Sendable, Equatable {
        package var name: String
        package var namespace: String
        package var labels: [String: String]
        package var annotations: [String: String]?
    }

    package struct Spec: Codable, Sendable, Equatable {
        package var restartPolicy = "Never"
        package var automountServiceAccountToken = false
        package var enableServiceLinks = false
        package var activeDeadlineSeconds: Int64
        package var terminationGracePeriodSeconds: Int64
        package var securityContext: PodSecurityContext
        package var hostname: String?
        package var imagePullSecrets: [LocalObjectReference]?
        package var nodeSelector: [String: String]?
        package var runtimeClassName: String?
        package var tolerations: [PodToleration]?
        package var hostUsers: Bool?
        package var initContainers: [Container]?
        package var containers: [Container]
        package var volumes: [Volume]?
    }

    package struct LocalObjectReference: Codable, Sendable, Equatable {
        package var name: String
    }

    package struct PodSecurityContext: Codable, Sendable, Equatable {
        package var runAsNonRoot: Bool?
        package var seccompProfile = SeccompProfile()
    }

    package struct SeccompProfile: Codable, Sendable, Equatable {
        package var type = "RuntimeDefault"
    }

    package struct Container: Codable, Sendable, Equatable {
        package var name: String
        package var image: String
        package var imagePullPolicy: String?
        package var command: [String]?
        package var args: [String]?
        package var workingDir: String?
        package var env: [EnvironmentVariable]?
        package var ports: [Port]?
        package var resources: Resources
        package var securityContext: SecurityContext
        package var livenessProbe: Probe?
        package var readinessProbe: Probe?
        package var startupProbe: Probe?
        package var lifecycle: Lifecycle?
        package var volumeMounts: [VolumeMount]?
        package var stdin: Bool?
        package var tty: Bool?
        package var terminationMessagePolicy: String?
    }

    package struct EnvironmentVariable: Codable, Sendable, Equatable {
        package var name: String
        package var value: String?
        package var valueFrom: ValueFrom?
    }

    package struct ValueFrom: Codable, Sendable, Equatable {
        package var fieldRef: FieldReference
    }

    package struct FieldReference: Codable, Sendable, Equatable {
        package var fieldPath: String
    }

    package struct Port: Codable, Sendable, Equatable {
        package var name: String?
        package var containerPort: Int
        package var `protocol`: String
    }

    /// Requests and limits are equal.
    package struct Resources: Codable, Sendable, Equatable {
        package var requests: ResourceList
        package var limits: ResourceList
    }

    package struct ResourceList: Codable, Sendable, Equatable {
        package var cpu: String
        package var memory: String
        package var ephemeralStorage: String?

        enum CodingKeys: String, CodingKey {
            case cpu, memory
            case ephemeralStorage = "ephemeral-storage"
        }
    }

    package struct SecurityContext: Codable, Sendable, Equatable {
        package var allowPrivilegeEscalation = false
        package var privileged = false
        package var runAsUser: Int64?
        package var capabilities: Capabilities
    }

    package struct Capabilities: Codable, Sendable, Equatable {
        package var drop = ["ALL"]
        package var add: [String]?
    }

    package struct Probe: Codable, Sendable, Equatable {
        package var exec: ExecAction?
        package var httpGet: HTTPGetAction?
        package var tcpSocket: TCPSocketAction?
        package var grpc: GRPCAction?
        package var initialDelaySeconds: Int?
        package var timeoutSeconds: Int?
        package var periodSeconds: Int?
        package var successThreshold: Int?
        package var failureThreshold: Int?
        package var terminationGracePeriodSeconds: Int?
    }

    package struct ExecAction: Codable, Sendable, Equatable {
        package var command: [String]
    }

    package struct HTTPGetAction: Codable, Sendable, Equatable {
        package var path: String?
        package var port: PortReference
        package var scheme: String?
        package var httpHeaders: [HTTPHeader]?
    }

    package struct HTTPHeader: Codable, Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package struct TCPSocketAction: Codable, Sendable, Equatable {
        package var port: PortReference
    }

    package struct GRPCAction: Codable, Sendable, Equatable {
        package var port: Int
        package var service: String?
    }

    package struct Lifecycle: Codable, Sendable, Equatable {
        package var postStart: LifecycleHandler?
        package var preStop: LifecycleHandler?
    }

    package struct LifecycleHandler: Codable, Sendable, Equatable {
        package var exec: ExecAction
    }

    package struct VolumeMount: Codable, Sendable, Equatable {
        package var name: String
        package var mountPath: String
        package var readOnly: Bool?
        package var subPath: String?
    }

    package struct Volume: Codable, Sendable, Equatable {
        package var name: String
        package var emptyDir: EmptyDir
    }

    package struct EmptyDir: Codable, Sendable, Equatable {
        package var medium: String?
        package var sizeLimit: String
    }

    /// A port by number or by name.
    package enum PortReference: Codable, Sendable, Equatable {
        case number(Int)
        case name(String)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                self = .number(try container.decode(Int.self))
            } catch is DecodingError {
                self = .name(try container.decode(String.self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .name(let name): try container.encode(name)
            }
        }
    }
}
