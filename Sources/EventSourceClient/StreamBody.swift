import AsyncHTTPClient
import NIOCore

/// The rest of a response's body. Its connection is closed with it.
///
/// A loop reads it in a child task, and never two at a time: it waits for each before it begins another.
final class StreamBody: @unchecked Sendable {
    enum Part: Sendable {
        case bytes(ByteBuffer)
        case end
    }

    private var iterator: HTTPClientResponse.Body.AsyncIterator

    init(_ body: HTTPClientResponse.Body) {
        iterator = body.makeAsyncIterator()
    }

    func next() async throws -> Part {
        try await iterator.next().map { .bytes($0) } ?? .end
    }
}
