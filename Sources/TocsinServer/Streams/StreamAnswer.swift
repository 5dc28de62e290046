import NIOHTTP1

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
        self.init(status: HTTPResponseStatus(statusCode: problem.status), headers: HTTPHeaders(fields), body: problem.body)
        headers.add(name: "Content-Type", value: Problem.mediaType)
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
    }
}
