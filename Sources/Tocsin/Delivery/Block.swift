internal import ServerSentEvents

/// The blocks that a stream is made of, as bytes on the wire.
///
/// In every block the id comes last: some clients take an id from a block that is cut off.
package enum Block {
    static func alarm(event: EventName, retry: Int?, data: String, id: AlarmID) -> [UInt8] {
        block(event: event.string, retry: retry, data: data, id: id.description)
    }

    private static func block(event: String? = nil, retry: Int? = nil, data: String? = nil, id: String? = nil) -> [UInt8] {
        var s = ""
        if let retry { s += "retry: \(retry)\n" }
        if let event { s += "event: \(event)\n" }
        if let data {
            for line in data.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline }) { s += line.isEmpty ? "data:\n" : "data: \(line)\n" }
        }
        if let id { s += "id: \(id)\n" }
        return Array((s + "\n").utf8)
    }
    static func opening(retry: Int, start: Subscription.Start, cursor: AlarmID) -> [UInt8] { [] }
    static func openingRetry(using random: inout any RandomNumberGenerator) -> Int { 0 }
    static func greeting(_ s: String) -> [UInt8] { [] }
    static func reset(_ reason: ResetReason, head: AlarmID) -> [UInt8] { [] }
    static func position(_ id: AlarmID) -> [UInt8] { [] }
    static let replaced: [UInt8] = []
    static let heartbeat: [UInt8] = []
    static func farewell(using random: inout any RandomNumberGenerator) -> [UInt8] { [] }
}
