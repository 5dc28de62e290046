/// A stretch of the journal whose addresses lie together in the file.
///
/// Ordered by name alone, the addresses of one commit would be spread over as many pages as there are alarms in it, each of
/// which is written whole, twice, and once more when retention removes them: measured, that was most of what a commit of
/// many alarms cost. In segments they share the few pages that are being filled. The price is one look into the index for
/// each segment that is read, a few microseconds: with a million alarms there are 62.
struct AddressSegment {
    /// Alarms in one. Half of it would cost as much more to read as it saves to write.
    static let length: UInt64 = 16_384

    let number: UInt64

    init(number: UInt64) {
        // Beyond it are no alarms, whatever a file says.
        self.number = min(number, UInt64(Int64.max) / Self.length)
    }

    /// The segment of an alarm.
    init(of low: UInt64) {
        self.init(number: low / Self.length)
    }

    /// The alarms in it.
    var bounds: ClosedRange<UInt64> {
        let first = number * Self.length
        return first...first + (Self.length - 1)
    }
}
