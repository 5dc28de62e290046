import NIOHTTP1
import Tocsin

/// An ordinary answer to a request for a stream.
struct StreamAnswer {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: [UInt8]

    init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// - Parameter fields: what the answer is to have besides.
    init(_ problem: Problem, fields: [HeaderField] = []) {
        self.init(
            status: HTTPResponseStatus(statusCode: problem.status),
            headers: HTTPHeaders(fields + problem.headerFields), body: problem.body)
    }

    /// The answer's header fields with those that every answer has.
    func finishedHeaders() -> HTTPHeaders {
        var headers = headers
        if status != .noContent {
            headers.replaceOrAdd(name: "content-length", value: String(body.count))
        }
        headers.replaceOrAdd(name: "date", value: HTTPDate.now())
        headers.replaceOrAdd(name: "x-content-type-options", value: "nosniff")
        if !headers.contains(name: "cache-control") { headers.add(name: "cache-control", value: "no-store") }
        return headers
    }

    /// A stream that ends as soon as its client knows when to come back.
    static func refusal(fields: HTTPHeaders) -> StreamAnswer {
        var random = SystemRandomNumberGenerator()
        return StreamAnswer(
            status: .ok, headers: StreamGate.head(with: fields), body: Block.refusal(using: &random))
    }
}
