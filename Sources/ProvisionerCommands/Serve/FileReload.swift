import Logging
import Synchronization

/// Applies files again when their content changes. A Secret of Kubernetes changes by a symbolic link, so the content is compared.
final class FileReload: Sendable {
    /// The time between two looks at the files.
    static let interval: Duration = .seconds(2)

    private let variable: String
    private let paths: [String]
    private let apply: @Sendable ([[UInt8]]) throws -> Void
    private let logger: Logger
    private let sleep: @Sendable (Duration) async throws -> Void
    private let known: Mutex<[[UInt8]]?>

    /// - Parameters:
    ///   - variable: the variable for the log.
    ///   - apply: gets the content of each file; throws if the content is unusable, and then the one before stays in use.
    init(
        _ variable: String,
        paths: [String],
        logger: Logger,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        apply: @escaping @Sendable ([[UInt8]]) throws -> Void
    ) {
        self.variable = variable
        self.paths = paths
        self.apply = apply
        self.logger = logger
        self.sleep = sleep
        // A file that changed since it was first applied is applied again: that costs nothing.
        known = Mutex(nil)
    }

    /// Looks at the files until the task is cancelled.
    func run() async throws {
        var failure: String?
        while true {
            do {
                try look()
                failure = nil
            } catch {
                // Once for each failure, not at each look.
                if failure != "\(error)" {
                    logger.error("\(variable): the file is not used, the content before stays", metadata: ["error": "\(error)"])
                }
                failure = "\(error)"
            }
            try await sleep(Self.interval)
        }
    }

    private func look() throws {
        let contents = try paths.map(SmallFile.read)
        let before = known.withLock { $0 }
        guard contents != before else { return }
        try apply(contents)
        known.withLock { $0 = contents }
        if before != nil { logger.notice("\(variable): the changed file is in use") }
    }
}
