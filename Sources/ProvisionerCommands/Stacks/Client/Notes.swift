import Synchronization

/// The lines on standard error while a command runs: notes, and one line of progress, which a terminal shows in place.
final class Notes: Sendable {
    static let width = 79

    private let console: Console
    private let progress = Mutex("")

    init(_ console: Console) {
        self.console = console
    }

    /// Shows the present step. Without a terminal each step is a line, once.
    func show(_ step: String) {
        let step = Shown.line(step)
        let isNew = progress.withLock { shown in
            defer { shown = step }
            return shown != step
        }
        guard isNew else { return }
        guard console.isErrorTerminal else { return console.explain(step + "\n") }
        console.explain(Self.clear + (step.count > Self.width ? step.prefix(Self.width - 1) + "…" : step))
    }

    /// Writes a line that stays.
    func add(_ line: String, color: Color? = nil) {
        finish()
        let text = Shown.line(line)
        console.explain((console.isErrorColored ? color?.painted(text) ?? text : text) + "\n")
    }

    /// Removes the line of progress from a terminal.
    func finish() {
        let wasShown = progress.withLock { shown in
            defer { shown = "" }
            return !shown.isEmpty
        }
        if wasShown, console.isErrorTerminal { console.explain(Self.clear) }
    }

    private static let clear = "\r\u{1B}[K"
}
