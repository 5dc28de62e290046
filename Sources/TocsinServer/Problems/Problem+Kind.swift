extension Problem {
    /// What is wrong, told apart by a URI that stays the same (RFC 9457 3.1.1).
    package struct Kind: Hashable, Sendable {
        package let name: String
        /// The same for all problems of this kind.
        package let title: String
        package let status: Int

        private init(_ status: Int, _ name: String, _ title: String) {
            self.name = name
            self.title = title
            self.status = status
        }

        /// The problem's `type`.
        package var uri: String { "urn:tocsin:problem:\(name)" }

        // 400
        package static let badRequest = Kind(400, "bad-request", "Bad request")
        package static let badPath = Kind(400, "bad-path", "Bad path")
        package static let badParameter = Kind(400, "bad-parameter", "Bad parameter")
        package static let badHost = Kind(400, "bad-host", "Bad Host")
        package static let severalTokens = Kind(400, "several-tokens", "More than one token")
        package static let malformedJSON = Kind(400, "malformed-json", "Malformed JSON")
        package static let notUTF8 = Kind(400, "not-utf-8", "Not UTF-8")
        package static let tooDeep = Kind(400, "too-deep", "Nested too deep")
        // 401 and 403
        package static let missingToken = Kind(401, "missing-token", "No token")
        package static let invalidToken = Kind(401, "invalid-token", "Token not valid")
        package static let missingPermission = Kind(403, "missing-permission", "Permission missing")
        package static let foreignOrigin = Kind(403, "foreign-origin", "Page of another site")
        // 404 to 411
        package static let notFound = Kind(404, "not-found", "Not found")
        package static let unknownAlarm = Kind(404, "unknown-alarm", "Unknown alarm")
        package static let methodNotAllowed = Kind(405, "method-not-allowed", "Method not allowed")
        package static let noAccessRules = Kind(409, "no-access-rules", "No access rules")
        package static let keyExists = Kind(409, "key-exists", "API key exists")
        package static let tooManyRecords = Kind(409, "too-many-records", "Too many records")
        package static let notWithdrawable = Kind(409, "not-withdrawable", "Cannot be withdrawn")
        package static let withdrawn = Kind(410, "withdrawn", "Withdrawn")
        // 413 to 421
        package static let bodyTooLarge = Kind(413, "body-too-large", "Body too large")
        package static let tooManyAlarms = Kind(413, "too-many-alarms", "Too many alarms")
        package static let tooManyNames = Kind(413, "too-many-names", "Too many names")
        package static let contentType = Kind(415, "content-type", "Unsupported content type")
        package static let foreignHost = Kind(421, "foreign-host", "Not this server's name")
        // 422
        package static let wrongType = Kind(422, "wrong-type", "Wrong type")
        package static let outOfRange = Kind(422, "out-of-range", "Out of range")
        package static let unknownField = Kind(422, "unknown-field", "Unknown field")
        package static let missingField = Kind(422, "missing-field", "Missing field")
        package static let duplicateField = Kind(422, "duplicate-field", "Field given twice")
        package static let severalAddresses = Kind(422, "several-addresses", "More than one address")
        package static let badName = Kind(422, "bad-name", "Bad name")
        package static let badEvent = Kind(422, "bad-event", "Bad event name")
        package static let badLanguage = Kind(422, "bad-language", "Bad language tag")
        package static let badPermission = Kind(422, "bad-permission", "Bad permission")
        package static let badKey = Kind(422, "bad-key", "Bad idempotency key")
        package static let empty = Kind(422, "empty", "Nothing to publish")
        // 429, 431 and 5xx
        package static let tooManyRequests = Kind(429, "too-many-requests", "Too many requests")
        package static let headTooLarge = Kind(431, "head-too-large", "Request head too large")
        package static let internalError = Kind(500, "internal-error", "Internal error")
        package static let unavailable = Kind(503, "unavailable", "Unavailable")
        package static let outcomeUnknown = Kind(503, "outcome-unknown", "Outcome unknown")
    }
}
