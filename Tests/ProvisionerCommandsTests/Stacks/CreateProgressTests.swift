import Testing

@testable import ProvisionerCommands

@Suite struct CreateProgressTests {
    @Test func `a create that ends early says what goes on and how to end it`() {
        let text = CreateProgress.text(
            .made(id: "stack-82c2199c92d32586", status: "creating", expiresAt: "2026-11-24T21:39:37.001Z"),
            now: StackTextTests.now
        )
        #expect(
            text == """
                stack-82c2199c92d32586 goes on by itself. It is still being made, and is kept until 2026-11-24T21:39:37.001Z (in 114m).
                  provisioner stacks status stack-82c2199c92d32586 --wait    waits for it again
                  provisioner stacks delete stack-82c2199c92d32586           deletes it

                """
        )
        let running = CreateProgress.text(.made(id: "stack-1", status: "running", expiresAt: nil), now: StackTextTests.now)
        #expect(running.hasPrefix("stack-1 goes on by itself. It is running and not ready yet, and is kept until it expires.\n"))
    }

    @Test(
        arguments: [
            (101, 1001, " --user 101 --problem 1001"), (nil, nil, ""),
        ] as [(Int64?, Int64?, String)]
    )
    func `a create without a response says how to find its stack`(user: Int64?, problem: Int64?, filters: String) {
        let text = CreateProgress.text(.requested(user: user, problem: problem), now: StackTextTests.now)
        #expect(text.hasSuffix("To see its stack:\n  provisioner stacks list\(filters)\n"), "\(text)")
        #expect(CreateProgress.text(.nothing, now: StackTextTests.now).isEmpty)
    }
}
