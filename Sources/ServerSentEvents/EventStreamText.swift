/// Text of an event stream that still lies in the parser's memory, and becomes a `String` only if asked.
///
/// It can be neither copied nor kept, so it never outlives the call of the handler that was given it.
public struct EventStreamText: ~Copyable {
    @usableFromInline let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The text, where bytes that are not UTF-8 have become U+FFFD, as the standard's UTF-8 decode does it.
    ///
    /// - Complexity: O(*n*); makes a new string each time.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The number of bytes.
    public var count: Int { bytes.count }

    /// Whether there are no bytes.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Gives `body` the bytes as they came, which may not be UTF-8.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(bytes.bindMemory(to: UInt8.self).span)
    }
}
