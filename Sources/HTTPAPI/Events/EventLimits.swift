/// The bounds of `GET /stacks/events`.
package struct EventLimits: Sendable {
    /// The number of clients that are served at once.
    package var consumers = 1024
    /// The number of messages that may wait for a client.
    package var messages = 1024
    /// The bytes that may wait for a client. A single message may be longer.
    package var bytes = 4 << 20

    package init() {}
}
