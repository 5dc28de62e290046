import Testing
import TocsinWeb

@testable import TocsinServer

/// The files that are embedded in the binary, as browsers get them.
@Suite struct FileTests {
    private static func get(_ file: WebAsset, known: [String] = [], fields: [String] = []) -> RawRequest {
        RawRequest("GET", file.path, fields: known.map { "If-None-Match: \($0)" } + fields)
    }

    private static func tag(of file: WebAsset, _ server: TestServer) async throws -> String {
        let response = try await server.answer(to: get(file))
        return try #require(response.values(of: "ETag").first)
    }

    @Test("A file is handed out whole, with its type, and asked for anew each time", arguments: WebAsset.allCases)
    func whole(_ file: WebAsset) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            try await connection.send(Self.get(file).bytes + RawRequest("HEAD", file.path).bytes)
            let get = try await connection.response()
            let head = try await connection.response(to: "HEAD")
            #expect(get.status == 200 && head.status == 200)
            #expect(get.body == file.bytes)
            let expected = [
                "Content-Type": file.mediaType, "Content-Length": "\(file.bytes.count)", "Cache-Control": "no-cache",
                "X-Content-Type-Options": "nosniff", "Vary": "Origin",
            ]
            for (name, value) in expected {
                #expect(get.values(of: name) == [value])
            }
            for name in Set(get.fields.map(\.name)).subtracting(["Date", "X-Request-ID"]) {
                #expect(head.values(of: name) == get.values(of: name))
            }
        }
    }

    @Test("Files differ in their tags, which are those of every start")
    func tags() async throws {
        func tags() async throws -> [String] {
            try await TestServer.serving { server in
                var tags: [String] = []
                for file in WebAsset.allCases { tags.append(try await Self.tag(of: file, server)) }
                return tags
            }
        }
        let first = try await tags()
        #expect(Set(first).count == WebAsset.allCases.count)
        #expect(first.allSatisfy { $0.count > 2 && $0.first == "\"" && $0.last == "\"" })
        let second = try await tags()
        #expect(first == second)
    }

    @Test("Only the page has a policy, which lets nothing run or load that the server has not handed out")
    func policy() async throws {
        try await TestServer.serving { server in
            for file in WebAsset.allCases {
                let policies = try await server.answer(to: Self.get(file)).values(of: "Content-Security-Policy")
                guard file == .page else {
                    #expect(policies == [])
                    continue
                }
                let directives = try #require(policies.first).split(separator: ";").map {
                    $0.split(separator: " ").map(String.init)
                }
                #expect(policies.count == 1)
                #expect(directives.contains(["default-src", "'none'"]))
                #expect(directives.contains(["frame-ancestors", "'none'"]))
                #expect(directives.contains(["base-uri", "'none'"]))
                let sources = directives.filter { $0.first?.hasSuffix("-src") == true }.flatMap { $0.dropFirst() }
                #expect(Set(sources) == ["'none'", "'self'"])
            }
        }
    }

    @Test(
        "A file that its reader has is not sent again",
        arguments: [
            (["TAG"], 304), (["W/TAG"], 304), (["\"other\", TAG"], 304), (["\"other\",W/TAG"], 304), (["*"], 304),
            (["\"other\"", "TAG"], 304),
            ([], 200), ([""], 200), (["\"other\""], 200), (["W/\"other\""], 200), (["\"TAG\""], 200), (["w/TAG"], 200),
        ])
    func known(tags: [String], status: Int) async throws {
        try await TestServer.serving { server in
            for file in WebAsset.allCases {
                let tag = try await Self.tag(of: file, server)
                let known = tags.map { $0.replacing("TAG", with: tag) }
                let response = try await server.answer(to: Self.get(file, known: known))
                #expect(response.status == status)
                #expect(response.values(of: "ETag") == [tag])
                #expect(response.body == (status == 200 ? file.bytes : []))
            }
        }
    }

    @Test("The answer that a file is known ends with its head, and the connection goes on", arguments: ["GET", "HEAD"])
    func framing(method: String) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            let known = RawRequest(method, WebAsset.page.path, fields: ["If-None-Match: *"])
            let health = RawRequest("GET", "/health")
            try await connection.send(known.bytes + known.bytes + health.bytes)
            for _ in 1...2 {
                let response = try await connection.response(to: method)
                #expect(response.status == 304)
                for name in ["Content-Length", "Transfer-Encoding", "Content-Type", "Connection"] {
                    #expect(response.values(of: name) == [])
                }
                #expect(response.values(of: "Cache-Control") == ["no-cache"])
                #expect(response.values(of: "X-Content-Type-Options") == ["nosniff"])
                #expect(response.values(of: "Vary") == ["Origin"])
                #expect(response.values(of: "Date").count == 1)
            }
            #expect(try await connection.response().text == "ok\n")
            try await connection.send(known.bytes)
            #expect(try await connection.response(to: method).status == 304)
            try await connection.send(RawRequest.post(#"{"user":"t","data":1}"#).bytes)
            #expect(try await connection.response(to: "POST").status == 201)
        }
    }

    @Test(
        "A client that ends the connection, or speaks HTTP/1.0, gets a known file's head too",
        arguments: [
            ("HTTP/1.1", ["Connection: close"], "close"), ("HTTP/1.0", [], "close"),
            ("HTTP/1.0", ["Connection: keep-alive"], "keep-alive"),
        ])
    func lastRequest(version: String, fields: [String], told: String) async throws {
        try await TestServer.serving { server in
            let connection = try await RawConnection(to: server.port)
            let request = RawRequest("GET", "/tocsin.js", version: version, fields: ["If-None-Match: *"] + fields)
            try await connection.send(request.bytes)
            let response = try await connection.response()
            #expect(response.status == 304)
            #expect(response.values(of: "Connection") == [told])
            if told == "close" {
                let rest = try await connection.rest()
                #expect(rest.bytes.isEmpty && rest.ending == .finished)
            } else {
                try await connection.send(request.bytes)
                #expect(try await connection.response().status == 304)
            }
        }
    }

    @Test("A link from another site opens the page, and nothing else of it", arguments: WebAsset.allCases)
    func links(_ file: WebAsset) async throws {
        try await TestServer.serving { server in
            let fields = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]
            let response = try await server.answer(to: Self.get(file, fields: fields))
            #expect(response.status == (file == .page ? 200 : 403))
            let image = try await server.answer(
                to: Self.get(file, fields: ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"]))
            #expect(image.status == 403)
        }
    }

    @Test("A page of another port may import the module, and no other file", arguments: WebAsset.allCases)
    func loopback(_ file: WebAsset) async throws {
        try await TestServer.serving { server in
            let origin = "http://localhost:3000"
            let response = try await server.answer(
                to: Self.get(file, fields: ["Origin: \(origin)", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors"]))
            #expect(response.status == (file == .clientModule ? 200 : 403))
            #expect(
                response.values(of: "Access-Control-Allow-Origin") == (file == .clientModule ? [origin] : []))
            let known = try await server.answer(to: Self.get(file, known: ["*"], fields: ["Origin: \(origin)"]))
            #expect(known.status == (file == .clientModule ? 304 : 403))
            #expect(known.values(of: "Access-Control-Allow-Origin") == (file == .clientModule ? [origin] : []))
        }
    }

    @Test("A file cannot be written to", arguments: ["POST", "PUT", "DELETE", "OPTIONS"])
    func writing(method: String) async throws {
        try await TestServer.serving { server in
            for file in WebAsset.allCases {
                let response = try await server.answer(to: RawRequest(method, file.path))
                #expect(response.status == 405)
                #expect(response.values(of: "Allow") == ["GET, HEAD"])
            }
        }
    }
}
