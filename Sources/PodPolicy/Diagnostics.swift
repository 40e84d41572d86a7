/// Shows problems as compilers do: the place, the sentence, the line, and a caret under the column.
public enum Diagnostics {
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
        let source = lines[line - 1]
        // Tabs stay tabs, so that the caret stands under its column whatever their width.
        let margin = source.prefix(max(0, column - 1)).map { $0 == "\t" ? "\t" : " " }.joined()
        return head + "    \(source)\n    \(margin)^\n"
    }
}
