/// What a reflector does next: list, then watch from there; a decision in a value, without I/O.
struct WatchMachine: Equatable {
    enum State: Equatable {
        case needsList
        case watching(version: String)
    }

    enum Input: Equatable {
        case listed(version: String)
        /// An event or a bookmark that carries a newer version.
        case advanced(version: String)
        /// The server ended the watch in order, as it does after its time.
        case closed
        /// The version is too old: 410 Gone, as a status or inside the stream.
        case expired
        case failed
    }

    enum Action: Equatable {
        case list
        case watch(from: String)
        case backOff
    }

    private(set) var state: State = .needsList

    /// What to do in the present state.
    var action: Action {
        switch state {
        case .needsList: .list
        case .watching(let version): .watch(from: version)
        }
    }

    /// - Returns: `.backOff` when ``action`` has to wait a while.
    mutating func handle(_ input: Input) -> Action {
        switch input {
        case .listed(let version), .advanced(let version):
            state = .watching(version: version)
            return action
        case .closed:
            return action
        case .expired:
            state = .needsList
            return action
        case .failed:
            return .backOff
        }
    }
}
