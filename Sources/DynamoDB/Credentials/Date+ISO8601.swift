import FoundationEssentials

extension Date {
    /// A time such as `2025-11-09T13:34:41Z`, with or without a fraction of a second; nil for anything else.
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
