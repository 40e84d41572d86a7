/// Shows problems as compilers do: the place, the sentence, the line, and a caret under the column.
public enum Diagnostics {
    /// How much of a line is shown before and after the column.
    private static let margin = 60

    /// - Parameters:
    ///   - text: what was checked.
    ///   - file: its name, as the reader knows it.
    public static func render(_ problems: [PodSpecProblem], of text: String, file: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        return problems.map { render($0, lines, file) }.joined()
    }

    private static func render(_ problem: PodSpecProblem, _ lines: [Substring], _ file: String) -> String {
        let sentence = problem.path.isEmpty ? problem.message : "\(problem.path): \(problem.message)"
        guard let line = problem.line, let column = problem.column else { return "\(file): error: \(sentence)\n" }
        let head = "\(file):\(line):\(column): error: \(sentence)\n"
        guard lines.indices.contains(line - 1) else { return head }
        let source = lines[line - 1].unicodeScalars
        // Columns count scalars, not characters. Tabs stay tabs, so that the caret stands under its column whatever their width.
        let before = source.prefix(column - 1).suffix(margin)
        let shown = before + source.dropFirst(column - 1).prefix(margin)
        let isCut = source.prefix(column - 1).count > margin
        let dots = isCut ? "…" : ""
        let caret = (isCut ? " " : "") + before.map { $0 == "\t" ? "\t" : " " }.joined() + "^"
        return head + "    \(dots)\(visible(shown))\n    \(caret)\n"
    }

    /// Each scalar in one column, whatever a terminal would do with it.
    private static func visible(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in scalars { result.append(scalar == "\t" || Excerpt.isShowable(scalar) ? scalar : "\u{FFFD}") }
        return String(result)
    }
}
