import KubernetesClient
import PodPolicy
import Stacks
import Testing

@testable import StackCluster

/// Answers of API servers from 1.20 to 1.36, and the consequence of each.
@Suite struct DispositionTests {
    /// The expectation, without the texts.
    enum Outcome: Equatable, Sendable {
        case exists, gone
        case retry(ClusterError.Code)
        case unknown(ClusterError.Code)
        case final(ClusterError.Code)

        init(_ disposition: Disposition) {
            switch disposition {
            case .exists: self = .exists
            case .gone: self = .gone
            case .retry(_, let error): self = .retry(error.code)
            case .unknown(let error): self = .unknown(error.code)
            case .final(let error): self = .final(error.code)
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: Int
        var status: String
        var pod: Outcome
        var service: Outcome

        init(_ what: String, _ code: Int, _ status: String, _ pod: Outcome, service: Outcome? = nil) {
            (testDescription, self.code, self.status, self.pod, self.service) = (what, code, status, pod, service ?? pod)
        }
    }

    private static let policy =
        "pods \\\"stack-1\\\" is forbidden: ValidatingAdmissionPolicy 'no-nodeports' with binding 'b' denied request: you cannot do this"
    private static let policyCause =
        #""details":{"name":"stack-1","kind":"pods","causes":[{"message":"ValidatingAdmissionPolicy 'no-nodeports' with binding 'b' denied request"}]}"#
    private static func nodePort(_ message: String) -> String {
        #""reason":"Invalid","message":"Service \"svc-1\" is invalid: spec.ports[0].nodePort: Invalid value: 30001: \#(message)","details":{"#
            + #""kind":"Service","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: 30001: \#(message)","field":"spec.ports[0].nodePort"}]}"#
    }

    static let rows: [Row] = [
        Row("the name is taken", 409, #""reason":"AlreadyExists","message":"pods \"stack-1\" already exists""#, .exists),
        Row(
            "the name is still taken by an object that is being deleted",
            409,
            #""reason":"AlreadyExists","message":"object is being deleted: pods \"stack-1\" already exists""#,
            .exists
        ),
        Row(
            "another API server updated the quota first",
            409,
            #""reason":"Conflict","message":"Operation cannot be fulfilled on resourcequotas \"q\": the object has been modified; please apply your changes to the latest version and try again","details":{"name":"q","kind":"resourcequotas"}"#,
            .retry(.busy)
        ),
        Row(
            "quota exceeded",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: exceeded quota: q, requested: cpu=1, used: cpu=1, limited: cpu=1""#,
            .final(.quota)
        ),
        Row(
            "a request that a quota demands is missing",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: failed quota: q: must specify limits.cpu""#,
            .final(.quota)
        ),
        Row(
            "quota of another scope",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [high]}]""#,
            .final(.quota)
        ),
        Row(
            "quota not computed yet",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: status unknown for quota: q, resources: pods""#,
            .retry(.busy)
        ),
        Row(
            "limit range, maximum",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: maximum cpu usage per Container is 5m, but limit is 100m""#,
            .final(.limitRange)
        ),
        Row(
            "limit range, minimum of the Pod",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: minimum memory usage per Pod is 1Gi, but request is 33554432""#,
            .final(.limitRange)
        ),
        Row(
            "limit range, ratio",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000""#,
            .final(.limitRange)
        ),
        Row("a policy without a reason", 422, #""reason":"Invalid","message":"\#(policy)",\#(policyCause)"#, .final(.admissionDenied)),
        Row(
            "a policy with the reason Forbidden and the word cannot",
            403,
            #""reason":"Forbidden","message":"\#(policy)",\#(policyCause)"#,
            .final(.admissionDenied)
        ),
        Row(
            "a policy with the reason Unauthorized",
            401,
            #""reason":"Unauthorized","message":"\#(policy)",\#(policyCause)"#,
            .final(.admissionDenied)
        ),
        Row(
            "a policy with the reason RequestEntityTooLarge",
            413,
            #""reason":"RequestEntityTooLarge","message":"\#(policy)",\#(policyCause)"#,
            .final(.admissionDenied)
        ),
        Row(
            "a policy whose expression fails",
            422,
            #""reason":"Invalid","message":"services \"svc-1\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: expression 'object.spec.x' resulted in error: no such key: x""#,
            .final(.admissionDenied)
        ),
        Row(
            "a webhook that denies",
            403,
            #""reason":"Forbidden","message":"admission webhook \"v.example.com\" denied the request: no""#,
            .final(.admissionDenied)
        ),
        Row(
            "a webhook that denies with a code of its own",
            400,
            #""reason":"BadRequest","message":"admission webhook \"v.example.com\" denied the request: no""#,
            .final(.admissionDenied)
        ),
        Row(
            "a webhook that denies without an explanation",
            400,
            #""message":"admission webhook \"v.example.com\" denied the request without explanation""#,
            .final(.admissionDenied)
        ),
        Row(
            "a webhook that does not answer",
            500,
            #""reason":"InternalError","message":"Internal error occurred: failed calling webhook \"v.example.com\": failed to call webhook: Post \"https://v.example.com\": context deadline exceeded""#,
            .final(.admissionUnavailable)
        ),
        Row(
            "a webhook that refuses connections",
            500,
            #""reason":"InternalError","message":"Internal error occurred: failed calling webhook \"v.example.com\": Post: dial tcp: connection refused""#,
            .final(.admissionUnavailable)
        ),
        Row(
            "Pod Security",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true""#,
            .final(.admissionDenied)
        ),
        Row(
            "Pod Security of a Pod whose name says cannot",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: it cannot be""#,
            .final(.admissionDenied)
        ),
        Row(
            "a missing right",
            403,
            #""reason":"Forbidden","message":"pods is forbidden: User \"system:serviceaccount:a:b\" cannot create resource \"pods\" in API group \"\" in the namespace \"stacks\"""#,
            .final(.forbidden)
        ),
        Row(
            "the service account is not there yet",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: error looking up service account stacks/default: serviceaccount \"default\" not found""#,
            .retry(.busy)
        ),
        Row(
            "the namespace is terminating",
            403,
            #""reason":"Forbidden","message":"pods \"stack-1\" is forbidden: unable to create new content in namespace stacks because it is being terminated","details":{"causes":[{"reason":"NamespaceTerminating","message":"namespace stacks is being terminated","field":"metadata.namespace"}]}"#,
            .final(.namespaceTerminating)
        ),
        Row(
            "the namespace is missing",
            404,
            #""reason":"NotFound","message":"namespaces \"stacks\" not found","details":{"name":"stacks","kind":"namespaces"}"#,
            .final(.namespaceMissing)
        ),
        Row(
            "no such object",
            404,
            #""reason":"NotFound","message":"pods \"stack-1\" not found","details":{"name":"stack-1","kind":"pods"}"#,
            .gone
        ),
        Row("a 404 of something in between", 404, #""message":"page not found""#, .final(.unexpected)),
        Row("the port is taken", 422, nodePort("provided port is already allocated"), .final(.portAllocated)),
        Row(
            "the port lies outside the API server's range",
            422,
            nodePort("provided port is not in the valid range. The range of valid ports is 30000-30005"),
            .final(.portOutOfRange)
        ),
        Row(
            "no address for the Service, up to 1.32",
            500,
            #""reason":"InternalError","message":"Internal error occurred: failed to allocate a serviceIP: range is full""#,
            .final(.clusterIPsExhausted)
        ),
        Row(
            "no address for the Service, named",
            500,
            #""reason":"InternalError","message":"failed to allocate a serviceIP for Service \"d\": range is full""#,
            .final(.clusterIPsExhausted)
        ),
        Row(
            "an invalid object",
            422,
            #""reason":"Invalid","message":"Pod \"stack-1\" is invalid: spec.containers[0].image: Required value","details":{"causes":[{"reason":"FieldValueRequired","field":"spec.containers[0].image"}]}"#,
            .final(.invalid),
            service: .final(.unexpected)
        ),
        Row(
            "a body that cannot be read",
            400,
            #""reason":"BadRequest","message":"Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal""#,
            .final(.invalid),
            service: .final(.unexpected)
        ),
        Row("credentials that are not accepted", 401, #""reason":"Unauthorized","message":"Unauthorized""#, .final(.unauthorized)),
        Row(
            "priority and fairness",
            429,
            #""reason":"TooManyRequests","message":"Too many requests, please try again later.","details":{"retryAfterSeconds":3}"#,
            .retry(.busy)
        ),
        Row("an eviction that a budget forbids", 429, #""reason":"TooManyRequests","message":"Cannot evict pod""#, .retry(.busy)),
        Row(
            "shutting down, with a time to come again",
            503,
            #""reason":"ServiceUnavailable","message":"apiserver is shutting down","details":{"retryAfterSeconds":1}"#,
            .retry(.busy)
        ),
        Row("a 503 without a time", 503, #""message":"no endpoints available""#, .unknown(.unavailable)),
        Row("etcd is late", 500, #""reason":"InternalError","message":"etcdserver: request timed out""#, .unknown(.unavailable)),
        Row(
            "the request took too long",
            504,
            #""reason":"Timeout","message":"Timeout: request did not complete within requested timeout - context deadline exceeded""#,
            .unknown(.unavailable)
        ),
        Row(
            "etcd has no leader",
            500,
            #""message":"rpc error: code = Unavailable desc = etcdserver: leader changed""#,
            .unknown(.unavailable)
        ),
        Row(
            "a method that a proxy refuses",
            405,
            #""reason":"MethodNotAllowed","message":"the server does not allow this method""#,
            .final(.unexpected)
        ),
        Row("a body that a proxy calls too large", 413, #""message":"413 Request Entity Too Large""#, .final(.unexpected)),
        Row("a code nobody knows", 499, #""message":"?""#, .final(.unexpected)),
        Row("a code beyond all codes", 999, #""message":"?""#, .unknown(.unavailable)),
    ]

    private static func error(_ row: Row) throws -> KubernetesError {
        let status = try Objects.decode(Status.self, #"{"kind":"Status","status":"Failure","code":\#(row.code),\#(row.status)}"#)
        return KubernetesError(.status, status.message ?? "", code: row.code, status: status)
    }

    @Test(arguments: rows)
    func `an answer to a create has one consequence`(row: Row) throws {
        let error = try Self.error(row)
        #expect(Outcome(Disposition(error, creating: .pod)) == row.pod)
        #expect(Outcome(Disposition(error, creating: .service(nodePorts: [30001]))) == row.service)
    }

    @Test(arguments: [
        (KubernetesError.Kind.transport, Outcome.unknown(.unavailable)), (.timedOut, .unknown(.unavailable)),
        (.decoding, .unknown(.unavailable)), (.credentials, .final(.noCredentials)), (.request, .final(.unexpected)),
        (.throttled, .final(.busy)), (.configuration, .final(.unexpected)),
    ])
    func `without an answer the kind of the failure decides`(kind: KubernetesError.Kind, outcome: Outcome) {
        #expect(Outcome(Disposition(KubernetesError(kind, "as the test says"), creating: .pod)) == outcome)
    }

    @Test(
        arguments: [
            ("spec.ports[0].nodePort", [30001]), ("spec.ports[2].nodePort", [30003]), ("spec.ports[3].nodePort", []),
            ("spec.ports[-1].nodePort", []), ("spec.ports[99999999999999999999].nodePort", []), ("spec.ports[].nodePort", []),
            ("nodePort", []),
        ] as [(String, [Int])]
    )
    func `a refused port is named by its place in the Service`(field: String, refused: [Int]) throws {
        for (message, code) in [
            ("provided port is already allocated", ClusterError.Code.portAllocated),
            ("provided port is not in the valid range", .portOutOfRange),
        ] {
            let cause = #"{"reason":"FieldValueInvalid","message":"Invalid value: 30009: \#(message)","field":"\#(field)"}"#
            let status = try Objects.decode(Status.self, #"{"details":{"causes":[\#(cause)]}}"#)
            let error = KubernetesError(.status, message, code: 422, status: status)
            let disposition = Disposition(error, creating: .service(nodePorts: [30001, 30002, 30003]))
            #expect(disposition == .final(ClusterError(code, message, nodePorts: refused)))
        }
    }

    @Test func `the server's own time to come again is passed on, also when only the header names it`() {
        let error = KubernetesError(.status, "too many", code: 429, retryAfterSeconds: 17)
        #expect(Disposition(error).error?.retryAfterSeconds == 17)
        #expect(Disposition(KubernetesError(.status, "later", code: 503, retryAfterSeconds: 9)).error?.retryAfterSeconds == 9)
        let endless = Disposition(KubernetesError(.status, "too many", code: 429, retryAfterSeconds: .max))
        #expect(endless == .retry(after: .seconds(60), orElse: ClusterError(.busy, "status 429: too many", retryAfterSeconds: .max)))
    }

    @Test func `a conflict of a delete is told as one, and not repeated here`() throws {
        let row = try #require(Self.rows.first { $0.code == 409 && $0.pod == .retry(.busy) })
        #expect(Outcome(Disposition(try Self.error(row))) == .final(.busy))
    }

    @Test(arguments: [400, 403, 422, 429, 500, 503])
    func `what the API server says of a Pod shows no value, and means the same`(code: Int) throws {
        let text = #"Pod "stack-1" is invalid: spec.containers[0].env[0].value: Invalid value: "exceeded quota: s3cret""#
        let status = try Objects.decode(Status.self, #"{"kind":"Status","code":\#(code)}"#)
        let disposition = Disposition(KubernetesError(.status, text, code: code, status: status), creating: .pod)
        let redacted = disposition.redacted(Redaction(["exceeded quota: s3cret"]))
        #expect(Outcome(redacted) == Outcome(disposition))
        #expect(disposition.error?.message.contains("s3cret") == true)
        #expect(redacted.error?.message.contains("Invalid value: \"<hidden>\"") == true)
    }
}
