import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import Tocsin

/// Bounds how much of request bodies is held at a time, over all connections.
final class BodyBudget: Sendable {
    /// Bytes that one request may have.
    let maximumBody: Int
    /// Bytes that all requests together may hold.
    private let limit: Int
    private let refusals: RefusalCounts
    private let held = NIOLockedValueBox(0)

    init(maximumBody: Int, limit: Int = 64 << 20, refusals: RefusalCounts) {
        self.maximumBody = maximumBody
        self.refusals = refusals
        self.limit = max(limit, maximumBody)
    }

    /// Receives a body whole and hands it to `use`; its bytes count until that returns.
    ///
    /// - Throws: 413 where it is too long, 503 where all bodies together are.
    func withBody<Value>(
        of request: Request, _ use: (ByteBuffer) async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBody {
            throw tooLarge()
        }
        var reserved = 0
        defer { release(reserved) }
        let body = try await receive(request.body, reserved: &reserved)
        return try await use(body)
    }

    /// Receives a body of JSON whole and reads it.
    ///
    /// - Throws: 415 where it is of another type, and as ``withBody(of:_:)``.
    func withJSON<Value>(
        of request: Request, _ read: ([UInt8]) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let types = request.headers[values: .contentType]
        guard (try? PublishFormat(contentTypes: types)) == .json else {
            throw .unsupportedContentType(types, expected: "application/json")
        }
        return try await withBody(of: request) { (body) throws(Problem) in try read(Array(body.readableBytesView)) }
    }

    private func receive(_ body: RequestBody, reserved: inout Int) async throws(Problem) -> ByteBuffer {
        var received = ByteBuffer()
        do {
            for try await var part in body {
                let count = part.readableBytes
                guard received.readableBytes + count <= maximumBody else {
                    throw tooLarge()
                }
                guard reserve(count) else {
                    refusals.count(.bodiesTogether)
                    throw Problem.unavailable("too many request bodies are being received; send it again later")
                }
                reserved += count
                if received.readableBytes == 0 {
                    received = part
                } else {
                    received.writeBuffer(&part)
                }
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .badRequest("the body did not arrive whole")
        }
        return received
    }

    private func tooLarge() -> Problem {
        refusals.count(.bodySize)
        return .bodyTooLarge(limit: maximumBody)
    }

    private func reserve(_ count: Int) -> Bool {
        held.withLockedValue { held in
            guard held + count <= limit else { return false }
            held += count
            return true
        }
    }

    private func release(_ count: Int) {
        held.withLockedValue { $0 -= count }
    }
}
