private import CTocsinWeb

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
        let file = embedded
        return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    private var embedded: web_file {
        switch self {
        case .page: web_page()
        case .pageStyle: web_page_style()
        case .pageFieldsStyle: web_page_fields_style()
        case .pageRowsStyle: web_page_rows_style()
        case .pageScript: web_page_script()
        case .pageChips: web_page_chips()
        case .pageJSON: web_page_json()
        case .pageLines: web_page_lines()
        case .pagePublish: web_page_publish()
        case .pageRows: web_page_rows()
        case .pageState: web_page_state()
        case .pageTexts: web_page_texts()
        case .pageToken: web_page_token()
        case .clientModule: web_client_module()
        case .icon: web_icon()
        case .interface: web_interface()
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
