import Glibc
import SystemPackage

/// What the commands say to a person.
enum Terminal {
    static func complain(_ line: String) {
        write("error: " + line + "\n", to: .standardError)
    }

    /// More about what is wrong, for a person.
    static func explain(_ text: String) {
        write(text, to: .standardError)
    }

    /// Whether a person sees standard error, and no file or program takes it.
    static var isErrorShown: Bool { isatty(STDERR_FILENO) == 1 }

    static func say(_ text: String) {
        write(text, to: .standardOutput)
    }

    static func killThisProcess() {
        kill(getpid(), SIGKILL)
    }

    private static func write(_ text: String, to descriptor: FileDescriptor) {
        // Nobody is left to be told that the terminal is gone.
        _ = try? descriptor.writeAll(text.utf8)
    }
}
