import Foundation
import NIOHTTP1
import Testing

extension Browser {
    func open(_ url: String) async throws { _ = try await command(.POST, "/url", .object(["url": .string(url)])) }

    /// Runs a script in the page; its arguments are `arguments`.
    @discardableResult
    func script(_ text: String, _ arguments: JSON...) async throws -> JSON {
        try await command(.POST, "/execute/sync", .object(["script": .string(text), "args": .array(arguments)]))
    }

    /// Waits until an expression of the page is true, and returns its value. It is looked at again with each change of the page.
    @discardableResult
    func wait(for expression: String, _ arguments: JSON..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> JSON {
        let script = """
            const done = arguments[arguments.length - 1];
            const check = () => {
              let value = null;
              // Parts of the page may not be there yet.
              try { value = (\(expression)); } catch (error) { if (!(error instanceof TypeError)) throw error; }
              if (value) { observer.disconnect(); clearInterval(timer); done(value); }
            };
            const observer = new MutationObserver(check);
            const timer = setInterval(check, 250);
            observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
            check();
            """
        do {
            return try await command(.POST, "/execute/async", .object(["script": .string(script), "args": .array(arguments)]))
        } catch {
            let text = try await self.script("return document.body.innerText").string ?? ""
            Issue.record(
                "never true: \(expression) \(arguments)\n\(error)\nthe page:\n\(text.prefix(3000))",
                sourceLocation: sourceLocation
            )
            throw error
        }
    }

    func text(_ selector: String) async throws -> String {
        try await script("return document.querySelector(arguments[0]).innerText", .string(selector)).string ?? ""
    }

    /// Clicks as a person does: the element must be in sight, and nothing before it.
    func click(_ selector: String) async throws { _ = try await command(.POST, "/element/\(try await element(selector))/click") }

    /// Replaces the text of a field.
    func type(_ text: String, into selector: String) async throws {
        let field = try await element(selector)
        _ = try await command(.POST, "/element/\(field)/clear")
        _ = try await command(.POST, "/element/\(field)/value", .object(["text": .string(text)]))
    }

    /// Presses keys where the focus is.
    func press(_ keys: String) async throws {
        let active = try await command(.GET, "/element/active")
        _ = try await command(.POST, "/element/\(try Self.id(active))/value", .object(["text": .string(keys)]))
    }

    private func element(_ selector: String) async throws -> String {
        let found = try await command(.POST, "/element", .object(["using": .string("css selector"), "value": .string(selector)]))
        return try Self.id(found)
    }

    /// https://www.w3.org/TR/webdriver2/#elements
    private static func id(_ value: JSON) throws -> String { try #require(value["element-6066-11e4-a52e-4f735466cecf"]?.string) }

    /// Shows the page as a screen of this size does.
    func view(width: Int, height: Int, isDark: Bool) async throws {
        let size: JSON = .object([
            "width": .number(Double(width)), "height": .number(Double(height)), "deviceScaleFactor": .number(1),
            "mobile": .bool(width < 700),
        ])
        let scheme: JSON = .object(["name": .string("prefers-color-scheme"), "value": .string(isDark ? "dark" : "light")])
        try await protocolCommand("Emulation.setDeviceMetricsOverride", size)
        try await protocolCommand("Emulation.setEmulatedMedia", .object(["features": .array([scheme])]))
        // Two frames: the new size has been drawn.
        _ = try await command(
            .POST,
            "/execute/async",
            .object(["script": .string("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"), "args": .array([])])
        )
    }

    /// A command of Chromium's own protocol, for what WebDriver has not.
    private func protocolCommand(_ name: String, _ parameters: JSON) async throws {
        _ = try await command(.POST, "/goog/cdp/execute", .object(["cmd": .string(name), "params": parameters]))
    }

    /// Keeps a picture of the page in the folder `TEST_ARTIFACTS`.
    func keepScreenshot(_ name: String) async throws {
        let folder = ProcessInfo.processInfo.environment["TEST_ARTIFACTS"] ?? ".build/artifacts"
        let text = try #require(try await command(.GET, "/screenshot").string)
        let data = try #require(Data(base64Encoded: text))
        let target = URL(filePath: folder).appending(path: "dashboard")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try data.write(to: target.appending(path: name + ".png"))
    }

    /// Nothing has gone wrong in the page: no error of a script, no violation of its policy, no failed request but those expected.
    func expectCleanConsole(but expected: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let entries = try await command(.POST, "/se/log", .object(["type": .string("browser")])).array
        let messages = entries.filter { $0["level"]?.string != "INFO" && $0["level"]?.string != "DEBUG" }.compactMap {
            $0["message"]?.string
        }
        for message in messages where !expected.contains(where: { message.contains($0) }) {
            Issue.record("the console of the browser: \(message)", sourceLocation: sourceLocation)
        }
    }
}

/// The keys of WebDriver. https://www.w3.org/TR/webdriver2/#keyboard-actions
enum Key {
    static let tab = "\u{E004}", enter = "\u{E007}", escape = "\u{E00C}", end = "\u{E010}", down = "\u{E015}"
}
