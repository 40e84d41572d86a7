/// Shows problems as compilers do: the place, the sentence, the line, and a caret under the column.
public enum Diagnostics {
    /// How much of a line is shown on either side of the column.
    private static let margin = 80

    /// - Parameters:
    ///   - text: what was checked.
    ///   - file: its name, as the reader knows it.
    public static func render(_ problems: [PodSpecProblem], of text: String, file: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r", "\r\n"].contains($0) }
        return problems.map { render($0, lines, file) }.joined()
    }

    private static func render(_ problem: PodSpecProblem, _ lines: [Substring], _ file: String) -> String {
        let sentence = problem.path.isEmpty ? problem.message : "\(problem.path): \(problem.message)"
        guard let line = problem.line, let column = problem.column else { return "\(file): error: \(sentence)\n" }
        let head = "\(file):\(line):\(column): error: \(sentence)\n"
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
