import Tocsin

/// How the alarms of a request are written.
package enum PublishFormat: Hashable, Sendable {
    /// `application/json`: one alarm, or an array.
    case json
    /// `application/x-ndjson`: an alarm a line.
    case lines

    /// - Parameter contentTypes: the values of the request's `Content-Type` fields; parameters do not matter.
    /// - Throws: a ``Problem`` with status 415 where there is none, more than one, or another type.
    package init(contentTypes: [String]) throws(Problem) {
        guard let contentType = contentTypes.first, contentTypes.count == 1 else {
            throw .unsupportedContentType(contentTypes)
        }
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }.trimmingWhiteSpace
        switch Substring(type).lowercased() {
        case "application/json": self = .json
        case "application/x-ndjson": self = .lines
        default: throw .unsupportedContentType(contentTypes)
        }
    }
}
