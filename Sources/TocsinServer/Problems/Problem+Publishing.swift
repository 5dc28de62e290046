import Tocsin

// What is wrong with a request to publish.

extension Problem {
    /// - Parameter limit: bytes.
    package static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            .bodyTooLarge,
            "a body has at most \(limit) bytes; publish in several requests, or start the server with a greater --max-body"
        )
    }

    /// - Parameters:
    ///   - rate: requests a second that an address may send.
    ///   - retryAfter: seconds until it may send one.
    package static func tooManyRequests(rate: Int, retryAfter: Int) -> Problem {
        Problem(
            .tooManyRequests,
            "your address publishes more often than \(rate) times a second; "
                + "send it again after \(retryAfter) s, or several alarms in one request",
            retryAfter: retryAfter)
    }

    /// - Parameters:
    ///   - types: the values of the field `Content-Type`.
    ///   - expected: what to send.
    static func unsupportedContentType(
        _ types: [String], expected: String = "application/json, or application/x-ndjson with one alarm a line"
    ) -> Problem {
        let cause =
            types.isEmpty
            ? "there is no content type" : "\(types.joined(separator: ", ").shortened) is not read here"
        return Problem(.contentType, "\(cause); send \(expected)")
    }

    init(_ error: JSONError) {
        switch error.reason {
        case .malformed, .loneSurrogate: self.init(.malformedJSON, error.description)
        case .notUTF8: self.init(.notUTF8, error.description)
        case .tooDeep: self.init(.tooDeep, error.description)
        }
    }

    static func tooManyAlarms(limit: Int) -> Problem {
        Problem(.tooManyAlarms, "a request has at most \(limit) alarms; publish in several requests")
    }

    static func tooManyNames(limit: Int) -> Problem {
        Problem(
            .tooManyNames,
            "the alarms of a request name at most \(limit) users and topics; publish in several requests, or to a topic"
        )
    }

    static var noAlarms: Problem {
        Problem(.empty, "there is no alarm in it", at: .root)
    }

    static func wrongType(at pointer: JSONPointer, expected: String) -> Problem {
        Problem(.wrongType, "this must be \(expected)", at: pointer)
    }

    static func outOfRange(at pointer: JSONPointer, _ range: ClosedRange<Int>, unit: String) -> Problem {
        Problem(.outOfRange, "this must be \(range.lowerBound) to \(range.upperBound) \(unit)", at: pointer)
    }

    static func unknownField(at pointer: JSONPointer, of what: String = "an alarm", known: [String]) -> Problem {
        Problem(.unknownField, "\(what) has no such field, only \(known.joined(separator: ", "))", at: pointer)
    }

    static func missingField(_ name: String, of what: String) -> Problem {
        Problem(.missingField, "\(what) needs the field \(name)", at: .root)
    }

    static func duplicateField(at pointer: JSONPointer) -> Problem {
        Problem(.duplicateField, "this is here twice; leave one out", at: pointer)
    }

    static var missingAddress: Problem {
        Problem(
            .missingField,
            "an alarm needs an address: one of user, users, topic, topics, or everyone: true",
            at: .root
        )
    }

    static var missingContent: Problem {
        Problem(.missingField, "an alarm needs data, or translations, or both", at: .root)
    }

    static func severalAddresses(at pointer: JSONPointer) -> Problem {
        Problem(
            .severalAddresses,
            "an alarm has one address, and this is a second one; publish one alarm for each",
            at: pointer
        )
    }

    static func empty(at pointer: JSONPointer, expected: String) -> Problem {
        Problem(.empty, "this must have at least one \(expected)", at: pointer)
    }

    static func badName(at pointer: JSONPointer, _ invalid: InvalidName) -> Problem {
        Problem(.badName, invalid.description, at: pointer)
    }

    static func badEvent(at pointer: JSONPointer, _ invalid: InvalidEventName) -> Problem {
        Problem(.badEvent, invalid.description, at: pointer)
    }

    static func badLanguage(at pointer: JSONPointer) -> Problem {
        Problem(
            .badLanguage,
            "this is no language tag (BCP 47): subtags of letters and digits joined by hyphens, such as ko or en-US",
            at: pointer
        )
    }

    static func badHeaderKey(_ cause: String) -> Problem {
        Problem(.badKey, cause, at: JSONPointer("key"))
    }
}
