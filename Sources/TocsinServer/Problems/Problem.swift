import TocsinAccess

/// Why a request was refused: what `application/problem+json` tells (RFC 9457).
package struct Problem: Error, Hashable, Sendable {
    package static let mediaType = "application/problem+json"

    package let kind: Kind
    /// One line: the cause and, where there is one, the cure.
    package let detail: String
    /// The place in the request's body that is at fault; `nil` where none is.
    package private(set) var pointer: JSONPointer?
    /// The methods of the route, for the `Allow` field of a 405; else empty.
    package let allowedMethods: [String]
    /// Seconds after which the same may be asked again, for the `Retry-After` field; `nil` where that does not help.
    package let retryAfter: Int?
    /// What token is asked for, for the `WWW-Authenticate` field of a 401 or 403 (RFC 6750 3); `nil` where none is.
    package let challenge: BearerChallenge?
    /// Whether ``detail`` repeats what may be personal, such as a user's name, and so is for whoever asked, and for no log.
    let isPersonal: Bool
    /// Whose token was not good; the answer does not tell.
    let holder: Holder?

    init(
        _ kind: Kind, _ detail: String, at pointer: JSONPointer? = nil, allowedMethods: [String] = [],
        retryAfter: Int? = nil, challenge: BearerChallenge? = nil, isPersonal: Bool = false,
        holder: Holder? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.pointer = pointer
        self.allowedMethods = allowedMethods
        self.retryAfter = retryAfter
        self.challenge = challenge
        self.isPersonal = isPersonal
        self.holder = holder
    }

    package var status: Int { kind.status }

    /// The same problem of an alarm that is an element of an array.
    func prefixed(by index: Int) -> Problem {
        var copy = self
        copy.pointer = pointer?.prefixed(by: index)
        return copy
    }

    /// What the answer's head is to have because of it.
    var headerFields: [HeaderField] {
        var fields = [HeaderField("Content-Type", Self.mediaType)]
        if !allowedMethods.isEmpty { fields.append(HeaderField("Allow", allowedMethods.joined(separator: ", "))) }
        if let retryAfter { fields.append(HeaderField("Retry-After", String(retryAfter))) }
        if let challenge { fields.append(HeaderField("WWW-Authenticate", challenge.description)) }
        return fields
    }

    /// The body of the answer.
    package var body: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 160 + detail.utf8.count)
        writer.object { problem in
            problem.name("type")
            problem.string(kind.uri)
            problem.name("title")
            problem.string(kind.title)
            problem.name("status")
            problem.integer(kind.status)
            problem.name("detail")
            problem.string(detail)
            if let pointer {
                problem.name("pointer")
                problem.string(pointer.description)
            }
        }
        return writer.bytes
    }
}

extension Problem: CustomStringConvertible {
    package var description: String {
        let place = pointer.map { $0 == .root ? "" : " at \($0)" } ?? ""
        return "\(status) \(kind.title)\(place): \(detail)"
    }
}
