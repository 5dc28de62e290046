package import Tocsin

/// What a request to publish asks for: every rule of an alarm's fields has been checked.
package struct AlarmRequest: Sendable {
    /// How many alarms a request has at most.
    package static let maximumAlarms = 1000
    /// How many users and topics its alarms name at most, each counted once an alarm.
    package static let maximumNames = 10_000

    /// In the order of the request; at least one.
    package let alarms: [Alarm]
    /// Whether it was one alarm by itself, not an array or lines: what its answer looks like depends on it.
    package let isSingle: Bool

    /// - Parameters:
    ///   - body: the request's body; the size is for the caller to limit.
    ///   - format: from ``PublishFormat/init(contentTypes:)``.
    ///   - idempotencyKeys: the values of the request's `Idempotency-Key` fields, which are taken as they are. There is
    ///     at most one, and only with a single alarm.
    /// - Throws: a ``Problem``: 400 where the body is no JSON, wherever the fault lies; else 413 or 422 for the first
    ///   fault.
    package init(
        body: some Collection<UInt8>,
        format: PublishFormat,
        idempotencyKeys: [String] = []
    ) throws(Problem) {
        let read: Result<AlarmRequest, Problem>? = body.withContiguousStorageIfAvailable { bytes in
            Result { () throws(Problem) in try AlarmRequest(reading: bytes, format, idempotencyKeys) }
        }
        if let read {
            self = try read.get()
        } else {
            self = try AlarmRequest(body: Array(body), format: format, idempotencyKeys: idempotencyKeys)
        }
    }

    private init(
        reading bytes: UnsafeBufferPointer<UInt8>,
        _ format: PublishFormat,
        _ idempotencyKeys: [String]
    ) throws(Problem) {
        do {
            var body = AlarmBody(bytes, format)
            (alarms, isSingle) = try body.read(idempotencyKeys)
        } catch let error as JSONError {
            throw Problem(error)
        } catch {
            // What is no JSON has no fields that could be wrong: that comes first, wherever in the body it is.
            do throws(JSONError) {
                try AlarmBody(bytes, format).checkSyntax()
            } catch {
                throw Problem(error)
            }
            throw error as? Problem ?? .internalError
        }
    }
}
