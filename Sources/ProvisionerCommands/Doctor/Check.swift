/// The verdict on one condition of a working installation.
struct Check: Equatable, Sendable {
    enum State: String, Encodable, Sendable {
        case ok
        /// The service works, but not as most operators want.
        case warning
        /// The service does not work, or does not keep its guarantees.
        case wrong
        /// The question could not be asked.
        case unknown
    }

    /// The condition, such as `node ports`.
    var name: String
    var state: State
    /// The finding, as a clause.
    var found: String
    /// The way to mend it; nil if nothing has to be done.
    var advice: String?

    init(_ name: String, _ state: State, _ found: String, advice: String? = nil) {
        self.name = name
        self.state = state
        self.found = found
        self.advice = advice
    }
}

extension Check: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, state, found, advice
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(found, forKey: .found)
        // Present even if nil, as in the responses of the service.
        try container.encode(advice, forKey: .advice)
    }
}
