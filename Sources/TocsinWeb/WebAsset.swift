/// A file that the server hands out to browsers as it is, embedded in the binary so that this runs from anywhere.
///
/// The page loads the others by relative addresses, so that it works behind a proxy that puts it under another path.
package enum WebAsset: String, CaseIterable, Hashable, Sendable {
    /// The page to try the server with; the client module keeps its connection.
    case page = "/"
    case pageStyle = "/page.css"
    case pageFieldsStyle = "/page-fields.css"
    case pageRowsStyle = "/page-rows.css"
    case pageScript = "/page.js"
    case pageChips = "/page-chips.js"
    case pageJSON = "/page-json.js"
    case pageLines = "/page-lines.js"
    case pagePublish = "/page-publish.js"
    case pageRows = "/page-rows.js"
    case pageState = "/page-state.js"
    case pageTexts = "/page-texts.js"
    case pageToken = "/page-token.js"
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
        case .pageFieldsStyle: PackageResources.page_fields_css
        case .pageRowsStyle: PackageResources.page_rows_css
        case .pageScript: PackageResources.page_js
        case .pageChips: PackageResources.page_chips_js
        case .pageJSON: PackageResources.page_json_js
        case .pageLines: PackageResources.page_lines_js
        case .pagePublish: PackageResources.page_publish_js
        case .pageRows: PackageResources.page_rows_js
        case .pageState: PackageResources.page_state_js
        case .pageTexts: PackageResources.page_texts_js
        case .pageToken: PackageResources.page_token_js
        case .clientModule: PackageResources.tocsin_js
        case .icon: PackageResources.icon_svg
        case .interface: PackageResources.openapi_yaml
        }
    }

    package var mediaType: String {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .pageStyle, .pageFieldsStyle, .pageRowsStyle: "text/css; charset=utf-8"
        case .pageScript, .pageChips, .pageJSON, .pageLines, .pagePublish, .pageRows, .pageState, .pageTexts,
            .pageToken, .clientModule:
            "text/javascript; charset=utf-8"
        case .icon: "image/svg+xml"
        // RFC 9512; without a charset, since YAML is UTF-8.
        case .interface: "application/yaml"
        }
    }
}
