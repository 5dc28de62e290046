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
            throw .unsupportedContentType(contentTypes.isEmpty ? nil : contentTypes.joined(separator: ", "))
        }
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }
        switch (Substring(type).trimmingSpaces).lowercased() {
        case "application/json": self = .json
        case "application/x-ndjson": self = .lines
        default: throw .unsupportedContentType(contentType)
        }
    }
}

extension Substring {
    /// Without the optional white space of RFC 9110 5.6.3 at both ends.
    var trimmingSpaces: Substring {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let rest = utf8.drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return Substring(rest.prefix(0)) }
        return Substring(rest[...last])
    }
}
