import Foundation
import TestBasics
import Testing

/// The operators' page in a browser, over made-up stacks behind a path prefix.
@Suite(.enabled(if: TestCluster.isUp && Browser.driver != nil, Browser.needed), .serialized, .timeLimit(.minutes(10)))
struct DashboardViewTests {
    @Test func `what comes from outside is shown as text, whatever it is`() async throws {
        let markup = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script>&lt;b&gt;'\"]`${1}"
        let changes = Dictionary(
            uniqueKeysWithValues: [
                "user_id", "problem_id", "node_id", "node_public_ip", "reason", "message", "namespace", "pod_id", "egress",
                "service_name", "created_at", "ttl_expires_at", "updated_at", "pod_spec",
            ].map { ($0, JSON.string($0 + markup)) }
        )
        let hostile = MadeUpStacks.stack(1, changes.merging(["status": .string("failed")]) { $1 })
        let alien = MadeUpStacks.stack(2, ["status": .string(markup)])
        let id = MadeUpStacks.id(1)
        let node = MadeUpStacks.node("name" + markup, notCounted: "reason" + markup, fill: 0.5)
        try await withMadeUpPage([hostile, alien], nodes: [node]) { browser, proxy, _ in
            let event: JSON = .object([
                "time": .string(markup), "type": .string(markup), "reason": .string(markup), "message": .string(markup),
                "count": .number(2),
                "object": .string(markup),
            ])
            proxy.makeUp("/stacks/\(id)", String(decoding: try JSONEncoder().encode(hostile), as: UTF8.self))
            proxy.makeUp(
                "/stacks/\(id)/events",
                String(decoding: try JSONEncoder().encode(JSON.object(["events": .array([event])])), as: UTF8.self)
            )
            proxy.makeUp("/stacks/\(id)/logs", markup)
            try await browser.wait(for: "document.querySelectorAll('#rows .row').length === 2")
            let list = try await browser.script("return document.querySelector('#rows').textContent").string ?? ""
            for name in ["user_id", "problem_id", "node_id", "node_public_ip", "reason", "message"] {
                #expect(list.contains(name + markup))
            }
            let nodes = try await browser.script("return document.querySelector('#nodes').textContent").string ?? ""
            #expect(nodes.contains("name" + markup) && nodes.contains("not counted: reason" + markup))
            try await browser.click("#rows a[href='#\(id)']")
            try await browser.wait(for: "document.querySelector('#log').textContent === arguments[0]", .string(markup))
            try await browser.wait(for: "document.querySelector('#spec').textContent === 'pod_spec' + arguments[0]", .string(markup))
            try await browser.wait(for: "document.querySelector('#events').textContent.includes(arguments[0])", .string(markup))
            #expect(try await browser.script("return document.querySelectorAll('main img, main script, main b').length") == .number(0))
            #expect(try await browser.script("return window.broken ?? null") == .null)
            try await browser.expectCleanConsole()
        }
    }

    @Test func `each node is shown with its values, the fullest first, and why it does not count`() async throws {
        let nodes = [
            MadeUpStacks.node("worker-1", fill: 0.95), MadeUpStacks.node("worker-2", fill: 0.25),
            MadeUpStacks.node("control-plane", notCounted: "tainted", fill: 0),
        ]
        try await withMadeUpPage([], nodes: nodes) { browser, _, _ in
            try await browser.wait(for: "document.querySelectorAll('#nodes .node').length === 4")
            #expect(try await browser.text("#nodes-summary") == "2 of 3 nodes counted · 1 tainted.")
            let rows = try await browser.script("return [...document.querySelectorAll('#nodes .node')].map((row) => row.textContent)")
            let expected = [
                "NodeCPUMemoryEphemeral storagePods",
                """
                worker-1CPU7.6 cores of 8 cores95 %stacks 3.8 coresMemory30.4 GiB of 32 GiB95 %stacks 15.2 GiB\
                Ephemeral storage95 GiBno limit knownstacks 47.5 GiBPods95 of 10095 %stacks 47
                """,
                """
                worker-2CPU2 cores of 8 cores25 %stacks 1 coreMemory8 GiB of 32 GiB25 %stacks 4 GiB\
                Ephemeral storage25 GiBno limit knownstacks 12.5 GiBPods25 of 10025 %stacks 12
                """,
                """
                control-planenot counted: taintedCPU0m of 8 cores0 %stacks 0mMemory0 B of 32 GiB0 %stacks 0 B\
                Ephemeral storage0 Bno limit knownstacks 0 BPods0 of 1000 %stacks 0
                """,
            ]
            #expect(rows.array.compactMap(\.string) == expected)
            // The bar of what is nearly full is coloured, and the text beside it says how full it is.
            #expect(try await browser.script("return document.querySelectorAll('#nodes .high').length") == .number(3))
        }
    }

    @Test func `where the service reads no nodes, the page says so and sums the stacks`() async throws {
        try await withMadeUpPage([MadeUpStacks.stack(1), MadeUpStacks.stack(7)], nodes: nil) { browser, _, _ in
            try await browser.wait(for: "document.querySelector('#nodes-summary').textContent.includes('STACK_WATCH_SCOPE=namespace')")
            #expect(try await browser.text("#nodes-summary").contains("worker-2: 2 stacks, "))
            #expect(try await browser.script("return document.querySelector('#nodes').hidden") == .bool(true))
            try await browser.expectCleanConsole()
        }
    }

    @Test func `an update of one of 2,700 stacks costs its row`() async throws {
        try await withMadeUpPage((0..<2700).map { MadeUpStacks.stack($0) }) { browser, _, events in
            try await browser.wait(for: "document.querySelector('#shown').textContent === '2,700 stacks'")
            try await browser.click("#head .cell-user button")
            try await browser.wait(for: "document.querySelector('#rows .cell-user').textContent === '100'")
            let rows = try #require(try await browser.script("return document.querySelectorAll('#rows .row').length").int)
            #expect(rows < 60)
            try await browser.script(
                """
                window.touched = new Set();
                new MutationObserver((changes) => {
                  for (const { target } of changes) {
                    const row = (target.closest ? target : target.parentElement).closest("#rows > .row");
                    // Time goes on in every row.
                    if (row && !target.closest?.(".cell-left, .cell-age")) window.touched.add(row);
                  }
                }).observe(document.querySelector("#rows"), { subtree: true, childList: true, attributes: true, characterData: true });
                """
            )
            let changed = MadeUpStacks.stack(2, ["reason": .string("Changed")])
            // Out of sight: it costs nothing.
            let far = (1000..<1400).map { MadeUpStacks.stack($0, ["reason": .string("Changed")]) }
            let text = try (far + [changed]).map { try MadeUpStacks.event("stack", $0) }.joined()
            events.update { $0 += text }
            try await browser.wait(for: "document.querySelector('#rows').textContent.includes('Changed')")
            #expect(try await browser.script("return window.touched.size") == .number(1))

            let removed = try MadeUpStacks.event("removed", .object(["stack_id": .string(MadeUpStacks.id(2))]))
            events.update { $0 += removed }
            try await browser.wait(for: "document.querySelector('#shown').textContent === '2,699 stacks'")
            // The last one can be reached, and the filter finds one of all.
            try await browser.script("scrollTo(0, document.documentElement.scrollHeight)")
            try await browser.wait(for: "document.querySelector(`a[href='#${arguments[0]}']`) != null", .string(MadeUpStacks.id(2699)))
            try await browser.type("port:31234", into: "#search")
            try await browser.wait(for: "document.querySelector('#shown').textContent === '1 of 2,699 stacks'")
            try await browser.expectCleanConsole()
        }
    }

    @Test func `the keyboard alone finds a stack, opens it and leads back`() async throws {
        try await withMadeUpPage((0..<300).map { MadeUpStacks.stack($0) }) { browser, _, _ in
            try await browser.wait(for: "document.querySelector('#shown').textContent === '300 stacks'")
            try await browser.press("/")
            #expect(try await browser.script("return document.activeElement.id") == .string("search"))
            try await browser.press("problem:7" + Key.down)
            try await browser.wait(for: "document.activeElement.closest('#rows .row')?.getAttribute('aria-rowindex') === '2'")
            try await browser.press(Key.end)
            try await browser.wait(for: "document.activeElement.closest('.row').getAttribute('aria-rowindex') === '14'")
            let id = try #require(try await browser.script("return document.activeElement.textContent").string)
            try await browser.press(Key.enter)
            try await browser.wait(for: "!document.querySelector('#detail').hidden && location.hash === '#' + arguments[0]", .string(id))
            try await browser.press(Key.escape)
            try await browser.wait(for: "document.activeElement.textContent === arguments[0]", .string(id))
            // The headings sort, and say so.
            try await browser.script("document.querySelector('#head .cell-left button').focus()")
            try await browser.press(Key.enter)
            try await browser.wait(for: "document.querySelector('#head .cell-left').getAttribute('aria-sort') === 'ascending'")
        }
    }

    @Test(arguments: [(360, 780), (1920, 1080)]) func `the page is readable at any width, dark and light`(width: Int, height: Int)
        async throws
    {
        let stacks = (0..<240).map { MadeUpStacks.stack($0) }
        try await withMadeUpPage(stacks) { browser, proxy, _ in
            let id = MadeUpStacks.id(17)
            for stack in stacks where stack["stack_id"]?.string == id {
                proxy.makeUp("/stacks/\(id)", String(decoding: try JSONEncoder().encode(stack), as: UTF8.self))
            }
            proxy.makeUp("/stacks/\(id)/events", Self.events)
            proxy.makeUp("/stacks/\(id)/logs", (1...40).map { "request \($0): GET /flag 403" }.joined(separator: "\n"))
            try await browser.wait(for: "document.querySelector('#shown').textContent === '240 stacks'")
            try await browser.wait(for: "document.querySelector('#creates svg') != null")
            for (name, hash) in [("list", ""), ("stack", "#" + id)] {
                try await browser.script("location.hash = arguments[0]", .string(hash))
                if name == "stack" { try await browser.wait(for: "document.querySelector('#log').textContent.includes('403')") }
                for isDark in [true, false] {
                    try await browser.view(width: width, height: height, isDark: isDark)
                    try await browser.keepScreenshot("\(name)-\(width)-\(isDark ? "dark" : "light")")
                    let tooWide = try await browser.script("return document.scrollingElement.scrollWidth - innerWidth")
                    #expect(tooWide.int ?? 1 <= 0)
                    let faint = try await browser.script(Self.faintTexts).array.compactMap(\.string)
                    #expect(faint.isEmpty, "\(name), \(isDark ? "dark" : "light")")
                }
            }
            try await browser.expectCleanConsole()
        }
    }

    /// Opens the page over a service whose stacks are made up.
    private func withMadeUpPage(
        _ stacks: [JSON],
        nodes: [JSON]? = MadeUpStacks.nodes,
        _ body: @escaping @Sendable (Browser, PrefixProxy, Observed<String>) async throws -> Void
    ) async throws {
        try await withService { service, _, _ in
            let proxy = PrefixProxy(upstream: service.api.base)
            let events = Observed(try MadeUpStacks.snapshot(stacks))
            proxy.makeUpEvents(events)
            proxy.makeUp("/stats", MadeUpStacks.stats(of: stacks.count))
            proxy.makeUp("/dashboard/overview", try MadeUpStacks.overview(of: stacks.count, nodes: nodes))
            try await proxy.run { page in
                try await Browser.run { browser in
                    try await browser.open(page)
                    try await body(browser, proxy, events)
                }
            }
        }
    }

    private static let events = """
        {"events":[
        {"time":"2026-11-24T19:39:37Z","type":"Normal","reason":"Scheduled","message":"Successfully assigned","count":1,"object":"Pod/x"},
        {"time":"2026-11-24T19:39:39Z","type":"Warning","reason":"BackOff","message":"Back-off restarting container","count":4,"object":"Pod/x"}
        ]}
        """

    /// Lists the texts in the page whose contrast with what is behind them is under 4.5, or under 3 for large ones.
    private static let faintTexts = """
        const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const luminance = ([r, g, b]) => [r, g, b].map((value) => value / 255)
          .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
          .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
        const ground = (element) => {
          for (; element; element = element.parentElement) {
            const colour = channels(getComputedStyle(element).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
          }
          return [255, 255, 255];
        };
        const found = new Set();
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const element = texts.currentNode.parentElement;
          if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("svg, :disabled, .hidden, script")) continue;
          const style = getComputedStyle(element);
          const [front, back] = [luminance(channels(style.color)), luminance(ground(element))];
          const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
          const size = parseFloat(style.fontSize);
          const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
          if (ratio < least) found.add(`${element.className || element.tagName}: ${texts.currentNode.data.trim()} ${ratio.toFixed(2)}`);
        }
        return [...found];
        """
}
