import EventSourceClient
import Foundation

/// Why there is no connection, or none any more, as a person at a command line is told.
enum ListenFailure {
    /// One that is tried again.
    ///
    /// - Parameter wasOpen: whether there has been a connection.
    static func passing(_ error: EventSourceError, url: String, wasOpen: Bool) -> String {
        guard let cause = error.cause else { return error.message }
        if let fault = TLSFault(cause) {
            return "no connection with \(url): " + fault.message(of: "it", givenWith: "the URL")
        }
        guard !wasOpen, ConnectionFailure.mayWantTLS(cause, url: url) else { return error.message }
        return "\(error.message); if it has a certificate, write https"
    }

    /// The last one, with what the server says of it, where that is a problem in the form of RFC 9457.
    static func last(_ error: EventSourceError, cure: RefusalCure) -> String {
        guard let refusal = ServerRefusal(status: UInt(error.status ?? 0), body: error.body, cure: cure) else {
            return EventText.printable(error.message)
        }
        return EventText.printable("\(error.message): \(refusal.message)")
    }
}
