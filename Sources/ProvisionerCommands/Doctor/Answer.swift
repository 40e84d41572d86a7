import KubernetesClient

/// The answer of the API server to one question.
enum Answer<Value: Sendable>: Sendable {
    case found(Value)
    /// The API server denied the question; the value is its sentence.
    case forbidden(String)
    /// The API server refused the request for another reason; the value is its sentence.
    case refused(String)
    /// There was no answer, or not the expected one.
    case failed(String)

    /// - Throws: `CancellationError`.
    init(_ ask: () async throws -> Value) async throws {
        do { self = .found(try await ask()) } catch let error as KubernetesError {
            switch error.code {
            case 403: self = .forbidden(error.message)
            case .some(400...499) where !error.isUnauthorized && !error.isTooManyRequests: self = .refused(error.message)
            default: self = .failed("\(error)")
            }
        }
    }

    var value: Value? {
        if case .found(let value) = self { value } else { nil }
    }

    /// Returns the check of a question that was not answered; nil if it was.
    func obstacle(_ name: String) -> Check? {
        switch self {
        case .found: nil
        case .forbidden(let reason): Check(name, .warning, "cannot be read: \(reason)", advice: "see the rights, or ask as administrator")
        case .refused(let reason), .failed(let reason): Check(name, .unknown, "cannot be read: \(reason)", advice: "run the command again")
        }
    }
}
