import Logging

/// Applies files again when their content changes. A Secret of Kubernetes changes by a symbolic link, so the content is compared.
struct FileReload: Sendable {
    /// The time between two looks at the files.
    static let interval: Duration = .seconds(2)

    private let variable: String
    private let paths: [String]
    private let apply: @Sendable ([[UInt8]]) throws -> Void
    private let logger: Logger
    private let sleep: @Sendable (Duration) async throws -> Void

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
    }

    /// Looks at the files until the task is cancelled.
    func run() async throws {
        // The first look applies the files once more: they may have changed since the start read them.
        var known: [[UInt8]]?
        var failure: String?
        while true {
            do {
                try look(&known)
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

    private func look(_ known: inout [[UInt8]]?) throws {
        let contents = try paths.map(SmallFile.read)
        guard contents != known else { return }
        try apply(contents)
        let isChange = known != nil
        known = contents
        if isChange { logger.notice("\(variable): the changed file is in use") }
    }
}
