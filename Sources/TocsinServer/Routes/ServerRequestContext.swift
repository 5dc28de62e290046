import Hummingbird
import NIOCore

/// A request and the connection that it came over.
struct ServerRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// From which the connection comes.
    var peer: SocketAddress? { channel.remoteAddress }
}
