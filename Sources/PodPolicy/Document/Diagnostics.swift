/// Renders problems and warnings as compilers do: place, sentence, source line, and a caret under the column.
public enum Diagnostics {
    /// The number of columns shown on either side of the place.
    private static let margin = 80

    private struct Note {
        var kind: String
        var path: String
        var message: String
        var line: Int?
        var column: Int?
    }

    /// Renders problems.
    /// - Parameters:
    ///   - text: the checked text.
    ///   - file: its name for the reader.
    public static func render(_ problems: [PodSpecProblem], of text: String, file: String) -> String {
        render(problems.map { Note(kind: "error", path: $0.path, message: $0.message, line: $0.line, column: $0.column) }, text, file)
    }

    /// Renders warnings.
    /// - Parameters:
    ///   - text: the checked text.
    ///   - file: its name for the reader.
    ///   - isColored: true for a terminal, where warnings are yellow.
    public static func render(_ warnings: [PodSpecWarning], of text: String, file: String, isColored: Bool = false) -> String {
        let kind = isColored ? "\u{1B}[33mwarning\u{1B}[0m" : "warning"
        return render(warnings.map { Note(kind: kind, path: $0.path, message: $0.message, line: $0.line, column: $0.column) }, text, file)
    }

    private static func render(_ notes: [Note], _ text: String, _ file: String) -> String {
        // Split at the line ends of YAML, which the line numbers count.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r", "\r\n"].contains($0) }
        return notes.map { render($0, lines, file) }.joined()
    }

    private static func render(_ note: Note, _ lines: [Substring], _ file: String) -> String {
        let sentence = note.path.isEmpty ? note.message : "\(note.path): \(note.message)"
        guard let line = note.line, let column = note.column, line > 0, column > 0 else { return "\(file): \(note.kind): \(sentence)\n" }
        let head = "\(file):\(line):\(column): \(note.kind): \(sentence)\n"
        guard lines.indices.contains(line - 1) else { return head }
        let source = lines[line - 1].unicodeScalars
        // Columns count scalars. Tabs stay tabs, so that the caret is under its column at any tab width.
        let (left, right) = (source.prefix(column - 1), source.dropFirst(column - 1))
        let (before, after) = (left.suffix(margin), right.prefix(margin))
        let (dots, end) = (left.count > margin ? "…" : "", right.count > margin ? "…" : "")
        let caret = dots.map { _ in " " }.joined() + before.map { $0 == "\t" ? "\t" : " " }.joined() + "^"
        return head + "    \(dots)\(visible(before))\(visible(after))\(end)\n    \(caret)\n"
    }

    /// Returns the scalars with one column each, without those that control a terminal.
    private static func visible(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in scalars { result.append(scalar == "\t" || Excerpt.isShowable(scalar) ? scalar : "\u{FFFD}") }
        return String(result)
    }
}
