public import HummingbirdCore
public import ServerSentEvents

import HTTPTypes

extension Request {
    /// After which event the client wants to go on, from the header `Last-Event-ID` (WHATWG HTML 9.2.4).
    ///
    /// It is `nil` where the client says none: in its first request, and also where the value is empty, which a browser leaves
    /// out for a last event ID that was reset. The value is what the client sends, not necessarily an id that you have given
    /// out; it is read as UTF-8, in which bytes that are none become U+FFFD. Of several headers the first counts.
    public var lastEventID: EventID? {
        guard let value = headers[values: .lastEventID].first, !value.isEmpty else { return nil }
        return try? EventID(value)
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    // The text is a token, as names of fields are.
    static let lastEventID = Self("Last-Event-ID")!
}
