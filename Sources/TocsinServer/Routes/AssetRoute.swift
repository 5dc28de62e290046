import HTTPTypes
import Hummingbird
import NIOCore
import TocsinWeb

/// Hands out the files that are embedded in the binary.
struct AssetRoute: Sendable {
    private let assets: [WebAsset: (body: ByteBuffer, tag: String)]

    init() {
        assets = Dictionary(
            uniqueKeysWithValues: WebAsset.allCases.map { asset in
                let bytes = asset.bytes
                return (asset, (ByteBuffer(bytes: bytes), "\"\(String(Self.hash(bytes), radix: 36))\""))
            })
    }

    /// - Parameter known: the values of `If-None-Match`.
    func get(_ asset: WebAsset, known: [String]) -> Response {
        guard let (body, tag) = assets[asset] else { return Response(status: .notFound) }
        // Asked for anew each time, and then mostly answered without a body: an update of the server is seen at once.
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
        if isKnown(tag, by: known) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = asset.mediaType
        if asset == .page {
            headers.append(contentsOf: HTTPFields(Self.pageFields))
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// The page shows what anyone published: nothing in it is run, loaded or sent anywhere but by the server's own files.
    private static let pageFields = [
        HeaderField(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"),
        HeaderField("Referrer-Policy", "no-referrer"),
        HeaderField("Cross-Origin-Opener-Policy", "same-origin"),
    ]

    /// Whether one of the entity tags is this one. A proxy that compresses makes it a weak one, which does here.
    private func isKnown(_ tag: String, by values: [String]) -> Bool {
        values.contains { list in
            list.split { $0 == "," || $0 == " " }.contains { $0 == tag || $0 == "W/\(tag)" || $0 == "*" }
        }
    }

    /// FNV-1a: the same in every process that has the same file, which a seeded hash is not.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
