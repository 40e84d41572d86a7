package import FoundationEssentials

/// A position in the list of stacks, oldest first. Neither creation time nor id ever changes, so whatever is made or removed meanwhile, a
/// walk by cursor meets each stack that stays exactly once.
package struct StackCursor: Sendable, Equatable, Comparable {
    package var createdAt: Date
    package var id: StackID

    /// The position of a stack.
    package init(_ record: StackRecord) {
        createdAt = record.createdAt
        id = record.id
    }

    /// Parses the text form.
    /// - Returns: nil if the text is not the form of any position.
    package init?(_ text: String) {
        // Base 64 for URLs, without padding.
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: (4 - text.count % 4) % 4)
        guard let data = Data(base64Encoded: base64) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let microseconds = Int64(parts[0]), StackRecord.times.contains(microseconds) else { return nil }
        guard let id = StackID(String(parts[1])) else { return nil }
        createdAt = Date(microseconds: microseconds)
        self.id = id
        // Refuses every other text for the same position.
        guard self.text == text else { return nil }
    }

    /// The opaque text form.
    package var text: String {
        Data("\(createdAt.microseconds) \(id)".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Older stacks come first.
    package static func < (left: StackCursor, right: StackCursor) -> Bool {
        (left.createdAt.microseconds, left.id) < (right.createdAt.microseconds, right.id)
    }
}

extension [StackRecord] {
    /// Returns the index of the first record after a position, in a list with the oldest first.
    package func position(after cursor: StackCursor) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if cursor < StackCursor(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
