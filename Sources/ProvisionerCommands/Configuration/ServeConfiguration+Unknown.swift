extension ServeConfiguration {
    /// Returns warnings about variables that are set but unknown, each with its replacement. They include those of the system that this one
    /// replaces, which would otherwise be ignored without notice.
    static func unknownVariables(_ reader: EnvironmentReader) -> [String] {
        let known = Set(Setting.all.flatMap(\.names))
        let unknown = reader.environment.keys.filter { name in
            !known.contains(name) && prefixes.contains { name.hasPrefix($0) }
        }
        return unknown.sorted().map { name in
            "\(name): is set, but no variable has this name" + (successors[name].map { "; \($0)" } ?? "")
        }
    }

    private static let prefixes = [
        "STACK_", "DDB_", "K8S_", "CLUSTER_TOTAL_", "LOG_DIR", "LOG_FILE_", "LOG_MAX_BODY_", "LOG_WEBHOOK_", "LOG_DISCORD_", "LOG_SLACK_",
    ]

    private static let successors = [
        "STACK_NODE_ROLE": "set STACK_NODE_SELECTOR=role=VALUE",
        "DDB_USE_MOCK": "without DynamoDB set STACK_STORE=sqlite",
        "K8S_USE_MOCK": "a cluster is always needed",
        "LOG_DIR": "the log goes to standard error",
        "LOG_FILE_PREFIX": "the log goes to standard error",
    ]
}
