import Glibc
import SystemPackage

/// The output of the commands for a person.
enum Terminal {
    static func complain(_ line: String) {
        write("error: " + line + "\n", to: .standardError)
    }

    /// Writes details of an error to standard error.
    static func explain(_ text: String) {
        write(text, to: .standardError)
    }

    /// True if standard error is a terminal.
    static var isErrorShown: Bool { isatty(STDERR_FILENO) == 1 }

    /// True if standard output is a terminal.
    static var isOutputShown: Bool { isatty(STDOUT_FILENO) == 1 }

    static func say(_ text: String) {
        write(text, to: .standardOutput)
    }

    static func killThisProcess() {
        kill(getpid(), SIGKILL)
    }

    private static func write(_ text: String, to descriptor: FileDescriptor) {
        // The terminal is gone, so the error cannot be reported.
        _ = try? descriptor.writeAll(text.utf8)
    }
}
