package import Tocsin

// What is wrong with a request's line, head or target.

extension Problem {
    /// - Parameter reason: what the parser of HTTP says.
    package static func badRequest(_ reason: String) -> Problem {
        Problem(.badRequest, "this is no HTTP request that can be read: \(reason)")
    }

    /// - Parameter limit: bytes.
    package static func headTooLarge(limit: Int) -> Problem {
        Problem(
            .headTooLarge,
            "request target and headers together have at most \(limit) bytes; name fewer topics, or send fewer cookies"
        )
    }

    static func badPath(_ cause: String) -> Problem {
        Problem(.badPath, "\(cause) in the path")
    }

    static func badQuery(_ cause: String) -> Problem {
        Problem(.badParameter, "\(cause) in the query")
    }

    /// - Parameters:
    ///   - name: the parameter of the query, or the header.
    ///   - cause: what is wrong, and what would be right.
    static func badParameter(_ name: String, _ cause: String) -> Problem {
        Problem(.badParameter, "\(name): \(cause)")
    }

    static func badParameter(_ name: String, _ invalid: InvalidName) -> Problem {
        badParameter(name, invalid.description)
    }

    package static func notFound(path: String) -> Problem {
        Problem(.notFound, "there is nothing at \(path.shortened); GET /openapi.yaml tells what there is")
    }

    /// An alarm that is unknown, has expired or is no longer kept, or a text that is no alarm's id.
    package static func unknownAlarm(_ id: String) -> Problem {
        Problem(.unknownAlarm, "there is no alarm \(id.shortened): it was never published, or is no longer kept")
    }

    /// - Parameter allowed: the route's methods.
    package static func methodNotAllowed(_ method: String, allowed: [String]) -> Problem {
        Problem(
            .methodNotAllowed,
            "the method \(method.prefix(40)) is not for this path; use \(allowed.joined(separator: " or "))",
            allowedMethods: allowed
        )
    }

    package static func withdrawn(_ id: AlarmID) -> Problem {
        Problem(.withdrawn, "the alarm \(id) was withdrawn")
    }

    package static func notWithdrawable(_ id: AlarmID) -> Problem {
        Problem(.notWithdrawable, "the entry \(id) is itself a withdrawal, which stays")
    }
}

// What a server cannot do at present.

extension Problem {
    /// Nothing was stored, or the server is not ready; the same may work later.
    ///
    /// - Parameter reason: why, in one line.
    package static func unavailable(_ reason: String) -> Problem {
        Problem(.unavailable, reason, retryAfter: 1)
    }

    /// Whether the alarms were stored is unknown.
    package static var outcomeUnknown: Problem {
        Problem(
            .outcomeUnknown, "it is unknown whether this was stored; send it again with the same key",
            retryAfter: 1)
    }

    /// Something that no request should cause; the log says more.
    package static var internalError: Problem {
        Problem(.internalError, "the server met an error of its own; its log says which")
    }
}
