import Foundation
import Synchronization

/// The service as a process of its own.
struct RunningService: Sendable {
    let api: API
    /// The time from its start until `GET /readyz` said yes.
    let timeToReady: Duration
    private let process: Process
    private let log: String

    private static let started = Mutex<[Process]>([])

    /// Ends what is left of those that were started, after an error.
    static func killAll() {
        for process in started.withLock({ $0 }) where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// - Throws: if it ends or is not ready within two minutes.
    static func start(_ environment: [String: String], log: String) async throws -> RunningService {
        let process = Process()
        process.executableURL = URL(filePath: environment["SERVICE_PROGRAM"] ?? "provisioner")
        process.arguments = ["serve"]
        process.environment = environment
        try Data().write(to: URL(filePath: log))
        process.standardError = FileHandle(forWritingAtPath: log)
        let began = ContinuousClock.now
        try process.run()
        started.withLock { $0.append(process) }
        let api = API(base: "http://\(environment["HTTP_ADDR"] ?? "")")
        while try await !api.isReady() {
            guard process.isRunning, ContinuousClock.now - began < .seconds(120) else {
                throw Failure("the service is not ready: \(log)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return RunningService(api: api, timeToReady: ContinuousClock.now - began, process: process, log: log)
    }

    func stop() async throws {
        process.terminate()
        while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// What the process has in memory now.
    var memory: Memory {
        get throws { Memory(status: try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) }
    }

    /// The same once free memory was given back, which happens once a minute.
    func memoryInTheLongRun() async throws -> Memory {
        try await Task.sleep(for: .seconds(65))
        return try memory
    }

    /// Lines of the log with this message.
    func lines(_ message: String) throws -> [[String: String]] {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { line in
            guard line.contains(#""message":"\#(message)""#) else { return nil }
            return try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        }
    }
}

/// In MiB. What is resident but not anonymous are pages of the program and its libraries.
struct Memory: Sendable, CustomStringConvertible {
    var resident: Double
    var anonymous: Double

    /// - Parameter status: the text of `/proc/PID/status`.
    init(status: String) {
        let lines = status.split(separator: "\n")
        let value = { (name: String) in
            lines.first { $0.hasPrefix(name + ":") }.flatMap { Double($0.filter(\.isNumber)) }.map { $0 / 1024 } ?? 0
        }
        (resident, anonymous) = (value("VmRSS"), value("RssAnon"))
    }

    var description: String { "\(hundredths(resident)) MiB, of which \(hundredths(anonymous)) anonymous" }
}

struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
