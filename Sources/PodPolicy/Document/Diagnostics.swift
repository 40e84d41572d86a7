/// Shows problems and warnings as compilers do: the place, the sentence, the line, and a caret under the column.
public enum Diagnostics {
    /// How much of a line is shown on either side of the column.
    private static let margin = 80

    private struct Note {
        var kind: String
        var path: String
        var message: String
        var line: Int?
        var column: Int?
    }

    /// - Parameters:
    ///   - text: what was checked.
    ///   - file: its name, as the reader knows it.
    public static func render(_ problems: [PodSpecProblem], of text: String, file: String) -> String {
        render(problems.map { Note(kind: "error", path: $0.path, message: $0.message, line: $0.line, column: $0.column) }, text, file)
    }

    /// - Parameters:
    ///   - text: what was checked.
    ///   - file: its name, as the reader knows it.
    ///   - isColored: whether a terminal shows it, which marks warnings yellow.
    public static func render(_ warnings: [PodSpecWarning], of text: String, file: String, isColored: Bool = false) -> String {
        let kind = isColored ? "\u{1B}[33mwarning\u{1B}[0m" : "warning"
        return render(warnings.map { Note(kind: kind, path: $0.path, message: $0.message, line: $0.line, column: $0.column) }, text, file)
    }

    private static func render(_ notes: [Note], _ text: String, _ file: String) -> String {
        // The line ends of YAML, by which lines are counted.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r", "\r\n"].contains($0) }
        return notes.map { render($0, lines, file) }.joined()
    }

    private static func render(_ note: Note, _ lines: [Substring], _ file: String) -> String {
        let sentence = note.path.isEmpty ? note.message : "\(note.path): \(note.message)"
        guard let line = note.line, let column = note.column, line > 0, column > 0 else { return "\(file): \(note.kind): \(sentence)\n" }
        let head = "\(file):\(line):\(column): \(note.kind): \(sentence)\n"
        guard lines.indices.contains(line - 1) else { return head }
        let source = lines[line - 1].unicodeScalars
        // Columns count scalars, not characters. Tabs stay tabs, so that the caret stands under its column whatever their width.
        let (left, right) = (source.prefix(column - 1), source.dropFirst(column - 1))
        let (before, after) = (left.suffix(margin), right.prefix(margin))
        let (dots, end) = (left.count > margin ? "…" : "", right.count > margin ? "…" : "")
        let caret = dots.map { _ in " " }.joined() + before.map { $0 == "\t" ? "\t" : " " }.joined() + "^"
        return head + "    \(dots)\(visible(before))\(visible(after))\(end)\n    \(caret)\n"
    }

    /// Each scalar in one column, whatever a terminal would do with it.
    private static func visible(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in scalars { result.append(scalar == "\t" || Excerpt.isShowable(scalar) ? scalar : "\u{FFFD}") }
        return String(result)
    }
}
