/// An entry in the variant that some readers are sent, and its block of the event stream.
package struct Frame: Sendable {
    let entry: Entry
    /// See ``Variants``.
    let variant: Int
    let bytes: [UInt8]

    init(_ entry: Entry, variant: Int, bytes: [UInt8]) {
        self.entry = entry
        self.variant = variant
        self.bytes = bytes
    }

    init(_ entry: Entry, variant: Int) {
        self.init(entry, variant: variant, bytes: Block.alarm(entry, variant: variant))
    }
}
