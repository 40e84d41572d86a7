import Foundation
import Hummingbird
import Stacks

/// The query of a request. Each problem is reported with the name of its parameter.
struct QueryParameters {
    private let items: [(name: String, value: String?)]

    /// - Parameter query: the part of the URI after `?`; nil if there is none.
    init(_ query: String?) {
        items = (query ?? "").split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]) : ""
            return (String(parts[0]).removingPercentEncoding ?? String(parts[0]), value.removingPercentEncoding)
        }
    }

    /// Throws if there is a parameter with another name.
    func allowOnly(_ names: [String]) throws(StackError) {
        guard let unknown = items.first(where: { !names.contains($0.name) }) else { return }
        throw StackError(
            .invalidRequest,
            "\(unknown.name.prefix(40)): is no parameter of this request; allowed: \(names.joined(separator: ", "))"
        )
    }

    /// Returns the value of a parameter; nil if the query does not have it.
    func text(_ name: String) throws(StackError) -> String? {
        let found = items.filter { $0.name == name }
        guard let first = found.first else { return nil }
        guard found.count == 1 else { throw StackError(.invalidRequest, "\(name): stands \(found.count) times in the query") }
        guard let value = first.value else { throw StackError(.invalidRequest, "\(name): has an invalid percent-encoding") }
        return value
    }

    /// Parses the value of a parameter.
    /// - Parameter allowed: a description of the valid values, for the error.
    func value<Value>(_ name: String, _ allowed: String, _ parse: (String) -> Value?) throws(StackError) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = parse(text) else {
            throw StackError(.invalidRequest, "\(name): is \"\(text.prefix(40))\"; must be \(allowed)")
        }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(StackError) -> Int? {
        try value(name, "an integer within \(range.lowerBound)…\(range.upperBound)") { text in
            Int64(decimal: text).flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Returns the filter of `user_id` and `problem_id`.
    func owner() throws(StackError) -> OwnerFilter {
        func id(_ name: String) throws(StackError) -> Int64? {
            try value(name, "a positive 64-bit integer") { Int64(decimal: $0).flatMap { $0 > 0 ? $0 : nil } }
        }
        return OwnerFilter(userID: try id("user_id"), problemID: try id("problem_id"))
    }
}

extension Int64 {
    /// Parses digits only, without a sign.
    init?(decimal text: String) {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.init(text)
    }
}
