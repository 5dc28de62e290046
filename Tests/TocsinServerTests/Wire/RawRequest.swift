/// A request as it goes over the wire: every part can be wrong.
struct RawRequest: Sendable {
    var method: String
    var target: String
    var version = "HTTP/1.1"
    /// Lines without their ends.
    var fields: [String]
    var body: [UInt8] = []
    /// Stands for all the rest where it is given: what is no text.
    var wholeBytes: [UInt8]?

    /// - Parameters:
    ///   - host: the value of the field `Host`; `nil` leaves it out.
    ///   - fields: besides `Host`.
    init(
        _ method: String, _ target: String, version: String = "HTTP/1.1", host: String? = "localhost",
        fields: [String] = []
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.fields = (host.map { ["Host: \($0)"] } ?? []) + fields
    }

    /// A publish.
    static func post(
        _ body: String, type: String? = "application/json", host: String? = "localhost", fields: [String] = []
    ) -> RawRequest {
        post(Array(body.utf8), type: type, host: host, fields: fields)
    }

    static func post(
        _ body: [UInt8], type: String? = "application/json", host: String? = "localhost", fields: [String] = []
    ) -> RawRequest {
        let typeField = type.map { ["Content-Type: \($0)"] } ?? []
        var request = RawRequest(
            "POST", "/alarms", host: host, fields: typeField + ["Content-Length: \(body.count)"] + fields)
        request.body = body
        return request
    }

    var head: String {
        "\(method) \(target) \(version)\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    var bytes: [UInt8] { wholeBytes ?? Array(head.utf8) + body }

    /// The same with one byte in place of each `placeholder`.
    func replacing(_ placeholder: Character, with byte: UInt8) -> RawRequest {
        var copy = self
        copy.wholeBytes = bytes.map { $0 == placeholder.asciiValue ? byte : $0 }
        return copy
    }
}
