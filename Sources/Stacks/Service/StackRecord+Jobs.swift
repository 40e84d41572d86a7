import Logging

extension Claimant {
    /// Stacks without an owner queue each for itself: they have no user whose share they could use up.
    init(_ owner: StackRecord.Owner?, _ id: StackID) {
        self = owner.map { .user($0.userID) } ?? .stack(id)
    }
}

extension StackRecord {
    var claimant: Claimant { Claimant(user, id) }

    /// User, problem and ports for the log.
    var metadata: Logger.Metadata {
        var metadata = user?.metadata ?? [:]
        metadata["node_ports"] = "\(nodePorts.map { "\($0)" }.joined(separator: ","))"
        return metadata
    }
}

extension StackRecord.Owner {
    var metadata: Logger.Metadata { ["user_id": "\(userID)", "problem_id": "\(problemID)"] }
}
