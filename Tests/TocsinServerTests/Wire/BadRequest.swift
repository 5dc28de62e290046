import Testing

/// A request that will never be right, and the problem that it is answered with.
struct BadRequest: Sendable, CustomTestStringConvertible {
    let what: String
    let bytes: [UInt8]
    let method: String
    let status: Int
    /// The last part of the problem's `type`.
    let kind: String
    /// `nil` where the answer is to have none.
    let pointer: String?
    /// Whether the connection ends with the answer, since nobody knows where the next request begins.
    let closes: Bool

    init(
        _ what: String, _ request: RawRequest, _ status: Int, _ kind: String, at pointer: String? = nil,
        closes: Bool = false
    ) {
        self.what = what
        self.bytes = request.bytes
        self.method = request.method
        self.status = status
        self.kind = kind
        self.pointer = pointer
        self.closes = closes
    }

    /// Bytes that are no HTTP.
    init(_ what: String, sent bytes: [UInt8], _ status: Int = 400, _ kind: String = "bad-request") {
        self.what = what
        self.bytes = bytes
        self.method = "GET"
        self.status = status
        self.kind = kind
        self.pointer = nil
        self.closes = true
    }

    init(_ what: String, sent text: String, _ status: Int = 400, _ kind: String = "bad-request") {
        self.init(what, sent: Array(text.utf8), status, kind)
    }

    var testDescription: String { what }
}
