import StackStoreDynamoDB
import StackStoreSQLite

extension Check {
    /// The check of the SQLite file.
    static func store(_ state: SQLiteFileState, path: String) -> Check {
        let name = "store"
        switch state {
        case .free: return Check(name, .ok, "SQLite at \(path), which no process holds")
        case .held: return Check(name, .ok, "SQLite at \(path), which a running service holds")
        case .absent(let folder):
            let found = "SQLite at \(path), which does not exist yet; it can be created in \(folder)"
            return Check(name, .ok, found)
        case .unusable(let reason):
            return Check(name, .wrong, "SQLite: \(reason)", advice: "correct STACK_SQLITE_PATH, or the owner of the folder")
        }
    }

    /// The check of the DynamoDB table.
    /// - Parameter sentences: the findings as sentences with their mends.
    static func store(table: String, region: String, _ findings: [StackTable.Finding], sentences: [String]) -> Check {
        guard !findings.isEmpty else { return Check("store", .ok, "DynamoDB table \(table) in \(region) is as it should be") }
        let state: State = findings.allSatisfy { $0 == .noTimeToLive } ? .warning : .wrong
        return Check("store", state, sentences.joined(separator: "; "), advice: "provisioner table create; provisioner table check")
    }
}
