import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer in JSON.
    static func json(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], with body: JSONWriter) -> Response
    {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.bytes)))
    }

    /// A short text.
    static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// What is wrong, as RFC 9457 has it.
    init(_ problem: Problem) {
        self.init(
            status: HTTPResponse.Status(code: problem.status), headers: HTTPFields(problem.headerFields),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.body)))
    }
}

extension HTTPFields {
    init(_ fields: [HeaderField]) {
        self.init()
        for field in fields {
            if let name = HTTPField.Name(field.name) { append(HTTPField(name: name, value: field.value)) }
        }
    }
}
