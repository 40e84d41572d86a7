import FoundationEssentials

extension Date {
    /// Parses a time such as `2025-11-09T13:34:41Z`, with or without fraction; nil for anything else.
    init?(iso8601 text: String) {
        for style in [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)] {
            do {
                try self.init(text, strategy: style)
                return
            } catch { continue }
        }
        return nil
    }
}
