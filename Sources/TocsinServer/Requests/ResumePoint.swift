import Tocsin

/// Where a stream asks to start.
package enum ResumePoint: Hashable, Sendable {
    /// With what comes from now on.
    case none
    /// With everything that is kept.
    case earliest
    /// After an alarm. It is a text that a client sent, and need not be an id.
    case after(String)
}

extension ResumePoint {
    /// What the browser of a stream that was replaced sends when it comes back by itself; it is to be answered 204.
    static let replaced = Block.replacedID
    private static let parameters = ["last_event_id", "lastEventId", "lastEventID"]

    /// Reads what a request for a stream says: the header wins over the query, and what is empty counts as absent.
    ///
    /// - Throws: a ``Problem`` with status 400 where the query says it more than once.
    init(_ query: QueryParameters, header: (String) -> [String]) throws(Problem) {
        var text = header("Last-Event-ID").joined(separator: ", ")
        if text.isEmpty {
            let values = Self.parameters.flatMap(query.values).filter { !$0.isEmpty }
            guard values.count <= 1 else {
                throw .badParameter(Self.parameters[0], "this is given more than once; leave all but one out")
            }
            text = values.first ?? ""
        }
        switch text {
        case "": self = .none
        case Block.earliestID: self = .earliest
        default: self = .after(text)
        }
    }
}
