import Foundation
import KubernetesClient
import StackStoreDynamoDB
import StackStoreSQLite
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct NamespaceChecksTests {
    private static func decode<T: Decodable>(_ text: String) throws -> T { try JSONDecoder().decode(T.self, from: Data(text.utf8)) }

    private static func namespace(_ labels: String, phase: String = "Active") throws -> Answer<Namespace?> {
        .found(try decode(#"{"metadata":{"name":"stacks","labels":{\#(labels)}},"status":{"phase":"\#(phase)"}}"#) as Namespace)
    }

    private static let level = #""pod-security.kubernetes.io/enforce":"#

    @Test(
        arguments: [
            ("", 30, "baseline", .warning), ("", 20, "baseline", .ok), ("", nil, "baseline", .ok),
            (level + #""privileged""#, 30, "baseline", .warning), (level + #""baseline""#, 30, "baseline", .ok),
            (level + #""restricted""#, 30, "baseline", .wrong), (level + #""restricted""#, 30, "restricted", .ok),
        ] as [(String, Int?, String, Check.State)]
    )
    func `the Pod Security level must admit the profile, and should stand behind it`(
        labels: String,
        minor: Int?,
        profile: String,
        state: Check.State
    ) throws {
        let settings = try DoctorSettings.forTests(["STACK_SECURITY_PROFILE": profile])
        let check = Check.namespace(try Self.namespace(labels), minor: minor, settings)
        #expect(check.state == state, "\(check)")
    }

    @Test func `a namespace that is missing or on its way out is wrong`() throws {
        let settings = try DoctorSettings.forTests()
        let missing = Check.namespace(.found(nil), minor: 30, settings)
        #expect(missing.state == .wrong && missing.advice?.contains("kubectl create namespace stacks") == true)
        #expect(Check.namespace(try Self.namespace("", phase: "Terminating"), minor: 30, settings).state == .wrong)
        #expect(Check.namespace(.forbidden("no"), minor: 30, settings).state == .warning)
        #expect(Check.namespace(.failed("no"), minor: 30, settings).state == .unknown)
    }

    private static func limits(quota: String? = nil, range: String? = nil) throws -> Check {
        let quotas: [ResourceQuota] = try quota.map { [try decode(#"{"metadata":{"name":"q"},"status":\#($0)}"#)] } ?? []
        let ranges: [LimitRange] = try range.map { [try decode(#"{"metadata":{"name":"r"},"spec":{"limits":[\#($0)]}}"#)] } ?? []
        return Check.limits(quotas: .found(quotas), ranges: .found(ranges), try DoctorSettings.forTests())
    }

    @Test(
        arguments: [
            (#"{"hard":{"requests.cpu":"10"},"used":{"requests.cpu":"8"}}"#, nil),
            (#"{"hard":{"pods":"5"},"used":{"pods":"5"}}"#, "pods 5 of 5"),
            (#"{"hard":{"requests.cpu":"10"},"used":{"requests.cpu":"8500m"}}"#, "requests.cpu 8500m of 10"),
            (#"{"hard":{"limits.memory":"256Mi"}}"#, "limits.memory 0 of 256Mi"),
            (#"{"hard":{"services.nodeports":"0"}}"#, "services.nodeports 0 of 0"),
            (#"{"hard":{"cpu":"-9e15"},"used":{"cpu":"9e15"}}"#, "cpu 9e15 of -9e15"), (#"{"hard":{"gold":"0"}}"#, nil),
            (#"{"hard":{"pods":"many"}}"#, nil), ("{}", nil),
            (#"{"hard":{"cpu":"-9223372036854775808"},"used":{"cpu":"9223372036854775807"}}"#, nil),
        ] as [(String, String?)]
    )
    func `a quota without room for the largest stack is named`(status: String, problem: String?) throws {
        let check = try Self.limits(quota: status)
        #expect(check.state == (problem == nil ? .ok : .warning), "\(check)")
        if let problem { #expect(check.found.contains("quota q leaves no room for one stack: \(problem)"), "\(check.found)") }
    }

    @Test(
        arguments: [
            (#"{"type":"Container","max":{"cpu":"1"}}"#, "a Container at most cpu 1"),
            (#"{"type":"Pod","max":{"memory":"100Mi"}}"#, "a Pod at most memory 100Mi"),
            (#"{"type":"Container","max":{"cpu":"2","memory":"512Mi"}}"#, nil),
            (#"{"type":"PersistentVolumeClaim","max":{"memory":"1"}}"#, nil),
        ] as [(String, String?)]
    )
    func `a limit range below the maxima is named`(item: String, problem: String?) throws {
        let check = try Self.limits(range: item)
        #expect(check.state == (problem == nil ? .ok : .warning), "\(check)")
        if let problem { #expect(check.found.contains(problem), "\(check.found)") }
    }

    @Test(
        arguments: [
            (.found(()), .ok), (.forbidden("exceeded quota: q"), .wrong), (.refused("webhook \"w\" does not support dry run"), .warning),
            (.refused("invalid"), .wrong), (.failed("timed out"), .unknown),
        ] as [(Answer<Void>, Check.State)]
    )
    func `a dry run that is refused is wrong, unless a webhook cannot be tried`(answer: Answer<Void>, state: Check.State) {
        #expect(Check.dryRun("a Pod", "2 cpu", answer).state == state)
    }

    @Test func `a runtime class must exist`() throws {
        let settings = try DoctorSettings.forTests(["STACK_RUNTIME_CLASS": "gvisor"])
        #expect(Check.runtimeClass(.found([]), settings).state == .wrong)
        let found: RuntimeClass = try Self.decode(
            #"{"metadata":{"name":"gvisor"},"handler":"runsc","overhead":{"podFixed":{"memory":"64Mi","cpu":"250m"}}}"#
        )
        #expect(Check.runtimeClass(.found([found]), settings) == Check("runtime class", .ok, "gvisor, overhead cpu 250m, memory 64Mi"))
        #expect(Check.runtimeClass(nil, try DoctorSettings.forTests()).state == .ok)
    }

    @Test func `the database file is examined without making or locking it`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/deep/stacks.sqlite"
            #expect(SQLiteFileState(path: path) == .absent(folder: folder))
            #expect(!FileManager.default.fileExists(atPath: folder + "/deep"))
            let store = try SQLiteStackStore(path: path)
            #expect(SQLiteFileState(path: path) == .held)
            try store.close()
            #expect(Check.store(SQLiteFileState(path: path), path: path).state == .ok)
            #expect(Check.store(SQLiteFileState(path: folder + "/deep"), path: "x").state == .wrong)
            #expect(Check.store(SQLiteFileState(path: path + "/below-a-file/db"), path: "x").state == .wrong)
        }
    }

    @Test func `a table without time to live is a warning, a missing one wrong`() {
        #expect(Check.store(table: "t", region: "r", [], sentences: []).state == .ok)
        #expect(Check.store(table: "t", region: "r", [.noTimeToLive], sentences: ["x"]).state == .warning)
        #expect(Check.store(table: "t", region: "r", [.missing], sentences: ["x"]).state == .wrong)
    }
}
