/// A file that the server hands out to browsers as it is, embedded in the binary so that this runs from anywhere.
///
/// The page loads the others by relative addresses, so that it works behind a proxy that puts it under another path.
package enum WebAsset: String, CaseIterable, Hashable, Sendable {
    /// The page to try the server with; it has the client module for its logic.
    case page = "/"
    case pageStyle = "/page.css"
    case pageScript = "/page.js"
    /// An ES module for the pages of others.
    case clientModule = "/tocsin.js"
    case icon = "/icon.svg"
    /// What the server does over HTTP, as OpenAPI 3.1.
    case interface = "/openapi.yaml"

    /// Where it is, from the root of the server.
    package var path: String { rawValue }

    package var bytes: [UInt8] {
        switch self {
        case .page: PackageResources.page_html
        case .pageStyle: PackageResources.page_css
        case .pageScript: PackageResources.page_js
        case .clientModule: PackageResources.tocsin_js
        case .icon: PackageResources.icon_svg
        case .interface: PackageResources.openapi_yaml
        }
    }

    package var mediaType: String {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .pageStyle: "text/css; charset=utf-8"
        case .pageScript, .clientModule: "text/javascript; charset=utf-8"
        case .icon: "image/svg+xml"
        // RFC 9512; without a charset, since YAML is UTF-8.
        case .interface: "application/yaml"
        }
    }
}
