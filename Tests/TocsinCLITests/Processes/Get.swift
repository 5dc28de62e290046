import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Gets what a server has at a URL.
func get(_ url: String) async throws -> (status: UInt, body: [UInt8]) {
    let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
    let body = try await response.body.collect(upTo: 1 << 20)
    return (response.status.code, Array(body.readableBytesView))
}
