import AsyncHTTPClient
import NIOCore
import NIOPosix

extension Error {
    /// Whether the request got no response because the server went away or was not there. Its effect is not known.
    var isLostConnection: Bool {
        self is HTTPClientError || self is NIOConnectionError || self is IOError || self as? ChannelError == .ioOnClosedChannel
    }
}
