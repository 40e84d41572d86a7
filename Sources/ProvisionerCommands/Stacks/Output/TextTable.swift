import Foundation

/// Colours of a terminal.
enum Color: Int {
    case red = 31
    case green = 32
    case yellow = 33

    func painted(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}

/// Columns of text for a terminal of a given width.
struct TextTable {
    struct Column {
        var title: String
        /// Columns with the highest number are left out first where the table is too wide; 0: never.
        var rank = 0
        /// The width that is kept for later rows.
        var minimum = 0
    }

    struct Cell: Equatable {
        var text: String
        var color: Color?

        init(_ text: String, _ color: Color? = nil) {
            self.text = Shown.line(text)
            self.color = color
        }
    }

    static let width = 80
    private static let gap = 2

    private let columns: [(index: Int, title: String, width: Int)]
    private let width: Int?
    private let isColored: Bool

    /// - Parameter width: nil for no limit, with all columns.
    init(_ columns: [Column], rows: [[Cell]], width: Int?, isColored: Bool) {
        var kept = columns.enumerated().map { index, column in
            let widths = rows.map { $0[index].text.count } + [column.title.count, column.minimum]
            return (index: index, title: column.title, width: widths.max() ?? 0)
        }
        if let width {
            let ranks = Set(columns.map(\.rank)).subtracting([0]).sorted(by: >)
            for rank in ranks where kept.reduce(0, { $0 + $1.width + Self.gap }) - Self.gap > width {
                kept.removeAll { columns[$0.index].rank == rank }
            }
        }
        self.columns = kept
        self.width = width
        self.isColored = isColored
    }

    var header: String { line(columns.map { ($0.title, $0.width, nil) }) }

    /// Returns the row; the text of its last column is continued below where it does not fit.
    func line(_ cells: [Cell]) -> String {
        var shown = columns.map { (text: cells[$0.index].text, width: $0.width, color: cells[$0.index].color) }
        let indent = columns.dropLast().reduce(0) { $0 + $1.width + Self.gap }
        guard let width, let last = shown.last, last.text.count > width - indent, width - indent >= 20 else { return line(shown) }
        let parts = DoctorReport.wrapped(last.text, width: width - indent)
        shown[shown.count - 1].text = parts[0]
        return line(shown) + parts.dropFirst().map { String(repeating: " ", count: indent) + $0 + "\n" }.joined()
    }

    private func line(_ cells: [(text: String, width: Int, color: Color?)]) -> String {
        var line = ""
        for (number, cell) in cells.enumerated() {
            line += isColored ? cell.color?.painted(cell.text) ?? cell.text : cell.text
            guard number < cells.count - 1 else { break }
            line += String(repeating: " ", count: max(0, cell.width - cell.text.count) + Self.gap)
        }
        return line + "\n"
    }
}
