/// A route that needs a token, and a token that is good for it.
struct AccessRoute: Sendable {
    let method: String
    let path: String
    var body: String?
    /// Of `"tocsin"` in the token.
    let access: String
    /// The status that it has with that token; there is no alarm with the id that is asked for.
    let status: Int

    /// Every one that there is.
    static let all = [
        AccessRoute(method: "GET", path: "/connection/tiaz", access: #""subscribe":["user:tiaz"]"#, status: 200),
        AccessRoute(method: "HEAD", path: "/connection/tiaz", access: #""subscribe":["user:tiaz"]"#, status: 200),
        AccessRoute(method: "GET", path: "/events?topic=a", access: #""subscribe":["topic:a"]"#, status: 200),
        AccessRoute(method: "HEAD", path: "/events?topic=a", access: #""subscribe":["topic:a"]"#, status: 200),
        AccessRoute(method: "GET", path: "/users/tiaz/alarms", access: #""subscribe":["user:tiaz"]"#, status: 200),
        AccessRoute(method: "HEAD", path: "/users/tiaz/alarms", access: #""subscribe":["user:tiaz"]"#, status: 200),
        AccessRoute(method: "GET", path: "/topics/a/alarms", access: #""subscribe":["topic:a"]"#, status: 200),
        AccessRoute(
            method: "POST", path: "/alarms", body: #"{"topic":"a","data":1}"#, access: #""publish":["topic:a"]"#,
            status: 201),
        AccessRoute(method: "GET", path: "/alarms/1-1", access: #""publish":["*"]"#, status: 404),
        AccessRoute(method: "DELETE", path: "/alarms/1-1", access: #""publish":["*"]"#, status: 404),
        AccessRoute(method: "GET", path: "/metrics", access: #""admin":true"#, status: 200),
        AccessRoute(
            method: "POST", path: "/revocations", body: #"{"sub":"nobody"}"#, access: #""admin":true"#, status: 204),
        AccessRoute(method: "GET", path: "/keys", access: #""admin":true"#, status: 200),
        AccessRoute(method: "POST", path: "/keys", body: "{}", access: #""admin":true"#, status: 422),
        AccessRoute(method: "DELETE", path: "/keys/nobody", access: #""admin":true"#, status: 404),
    ]

    /// The claims of a token that is good for it.
    var claims: String { "{\"exp\":\(TestToken.now + 3600),\"tocsin\":{\(access)}}" }

    /// - Parameter query: appended, without `&`.
    func request(query: String? = nil, fields: [String] = []) -> RawRequest {
        let target = path + (query.map { (path.contains("?") ? "&" : "?") + $0 } ?? "")
        // Of any name.
        guard let body else { return RawRequest(method, target, host: "alarms.example", fields: fields) }
        var request = RawRequest.post(body, host: "alarms.example", fields: fields)
        request.target = target
        return request
    }
}

extension TestServer {
    /// The head of the answer, also of one that does not end.
    func head(of request: RawRequest) async throws -> RawResponse {
        let connection = try await RawConnection(to: port)
        try await connection.send(request.bytes)
        let taken = Taken<RawResponse?>(nil)
        try await connection.wait(for: "a head") { bytes, _ in
            taken.value = try RawResponse.head(bytes)?.response
            return taken.value != nil
        }
        try await connection.close()
        guard let response = taken.value else { throw RawResponse.Malformed("there is none") }
        return response
    }
}
