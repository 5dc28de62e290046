/// Reads an event stream as its bytes arrive (WHATWG HTML 9.2.5, 9.2.6).
///
/// Give it the bytes in pieces of any size; where they are cut makes no difference. Every byte sequence is an event stream, so
/// the only errors are those of ``Limits``. A block that the end of the stream cuts off is discarded: just stop calling.
///
/// ```swift
/// var parser = EventStreamParser()
/// for try await chunk in body {
///     try parser.parse(chunk) { item in
///         switch item {
///         case .event(let event): print(event.type.string, event.data.string)
///         default: break
///         }
///     }
/// }
/// ```
///
/// Each connection needs a parser of its own; one that continues another stream starts with that one's ``lastEventID``.
public struct EventStreamParser: Sendable {
    /// How much the parser keeps at a time, set when it was made.
    public let limits: Limits

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// How much of a byte order mark the stream began with, while it may still become one; `nil` once that is decided.
    private var byteOrderMarkPrefix: Int? = 0
    /// Whether CR was the last byte. It has ended its line, since to wait for an LF would hold back an event until the next
    /// byte; an LF that comes next belongs to it.
    private var endedWithCarriageReturn = false
    /// The bytes of a line whose end has not come yet.
    private var line: [UInt8] = []

    private var type: [UInt8] = []
    /// The values of the data lines, with LF after each.
    private var data: [UInt8] = []
    /// The id of the block being read, if it has one; else without meaning.
    private var id: [UInt8] = []
    private var blockHasID = false
    private var dispatchedID: [UInt8]

    /// The error that ended the reading, for good.
    @usableFromInline package private(set) var failure: EventStreamError?

    /// - Parameters:
    ///   - lastEventID: the id in force until the stream sets another; on a reconnection, the ``lastEventID`` before it.
    ///   - limits: how much the parser keeps at a time.
    public init(lastEventID: EventID = .none, limits: Limits = Limits()) {
        self.limits = limits
        dispatchedID = Array(lastEventID.string.utf8)
    }

    /// The last event ID in force: set when a block ends that has an `id`, whether or not it has data.
    ///
    /// A block that has not ended yet does not change it, so it is what to send as `Last-Event-ID` on a reconnection.
    public var lastEventID: EventID {
        EventID(unchecked: String(decoding: dispatchedID, as: UTF8.self))
    }

    /// Reads the next bytes of the stream, and hands over each item as soon as it is complete.
    ///
    /// - Parameters:
    ///   - bytes: the next bytes, in any amount. They are read in place if they are contiguous in memory, else copied first.
    ///   - handler: is called for each item, in order. What it is given can be copied, but not kept.
    /// - Throws: ``EventStreamError`` when a limit is passed; all items before have been handed over. From then on every call
    ///   throws the same error and hands over nothing.
    /// - Complexity: O(*n*) in the number of bytes, however they are cut.
    @inlinable
    public mutating func parse(
        _ bytes: some Sequence<UInt8>,
        handler: (borrowing EventStreamItem.Borrowed) -> Void
    ) throws(EventStreamError) {
        let readInPlace: Void? = bytes.withContiguousStorageIfAvailable {
            read(UnsafeRawBufferPointer($0), handler)
        }
        if readInPlace == nil {
            Array(bytes).withUnsafeBytes { read($0, handler) }
        }
        if let failure { throw failure }
    }

    /// Reads the next bytes of the stream, and hands over each item as soon as it is complete.
    ///
    /// - Parameters:
    ///   - bytes: the next bytes, in any amount; they are read in place.
    ///   - handler: is called for each item, in order. What it is given can be copied, but not kept.
    /// - Throws: ``EventStreamError`` when a limit is passed, and from then on at every call.
    public mutating func parse(
        _ bytes: Span<UInt8>,
        handler: (borrowing EventStreamItem.Borrowed) -> Void
    ) throws(EventStreamError) {
        bytes.withUnsafeBytes { read($0, handler) }
        if let failure { throw failure }
    }

    /// Reads the next bytes of the stream, and appends each item that they complete.
    ///
    /// - Parameters:
    ///   - bytes: the next bytes, in any amount.
    ///   - items: gets the items, in order; when an error is thrown, those that came before it too.
    /// - Throws: ``EventStreamError`` when a limit is passed, and from then on at every call.
    @inlinable
    public mutating func parse(
        _ bytes: some Sequence<UInt8>,
        into items: inout [EventStreamItem]
    ) throws(EventStreamError) {
        try parse(bytes) { items.append(EventStreamItem($0)) }
    }
}

// MARK: - Lines (9.2.5)

extension EventStreamParser {
    @usableFromInline typealias Handler = (borrowing EventStreamItem.Borrowed) -> Void

    @usableFromInline
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ handler: Handler) {
        guard failure == nil, !bytes.isEmpty else { return }
        var start = skipByteOrderMark(in: bytes)
        if endedWithCarriageReturn, bytes[start] == .lineFeed { start += 1 }
        endedWithCarriageReturn = bytes.last == .carriageReturn
        var ends = LineEnds(in: bytes)
        while let end = ends.next(from: start) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            guard admit(part) else { return }
            interpretLine(endingWith: part, handler)
            guard failure == nil else { return }
            start = ends.lineStart(after: end)
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        if admit(rest) {
            line.append(contentsOf: rest)
        }
    }

    /// Whether `part` still fits into the line; fails the parser if not.
    private mutating func admit(_ part: UnsafeRawBufferPointer) -> Bool {
        guard line.count + part.count > limits.lineLength else { return true }
        fail(.lineTooLong, "a line of the event stream is longer than \(limits.lineLength) bytes")
        return false
    }

    private mutating func interpretLine(endingWith part: UnsafeRawBufferPointer, _ handler: Handler) {
        guard !line.isEmpty else { return interpret(part, handler) }
        line.append(contentsOf: part)
        // Out of `self`, which the interpretation changes.
        var whole: [UInt8] = []
        swap(&whole, &line)
        whole.withUnsafeBytes { interpret($0, handler) }
        whole.empty()
        swap(&whole, &line)
    }

    /// Skips a byte order mark at the start of the stream, which the standard's UTF-8 decode drops.
    ///
    /// - Returns: where the bytes start that are still to be read.
    private mutating func skipByteOrderMark(in bytes: UnsafeRawBufferPointer) -> Int {
        guard var prefix = byteOrderMarkPrefix else { return 0 }
        for (index, byte) in bytes.enumerated() {
            guard byte == Self.byteOrderMark[prefix] else {
                byteOrderMarkPrefix = nil
                // It was the start of a line after all; what of it lies in earlier bytes is gone from these.
                line.append(contentsOf: Self.byteOrderMark[..<(prefix - index)])
                return 0
            }
            prefix += 1
            if prefix == Self.byteOrderMark.count {
                byteOrderMarkPrefix = nil
                return index + 1
            }
        }
        byteOrderMarkPrefix = prefix
        return bytes.count
    }

    private mutating func fail(_ code: EventStreamError.Code, _ message: String) {
        failure = EventStreamError(code: code, message: message)
        line = []
        type = []
        data = []
        id = []
    }
}

// MARK: - Fields (9.2.6)

extension EventStreamParser {
    private mutating func interpret(_ line: UnsafeRawBufferPointer, _ handler: Handler) {
        guard let first = line.first else { return dispatch(handler) }
        switch first {
        case .colon:
            handler(.comment(EventStreamText(UnsafeRawBufferPointer(rebasing: line[1...]))))
        case UInt8(ascii: "d"):
            if let value = line.value(of: "data") { append(data: value) }
        case UInt8(ascii: "e"):
            if let value = line.value(of: "event") {
                type.empty()
                type.append(contentsOf: value)
            }
        case UInt8(ascii: "i"):
            if let value = line.value(of: "id"), value.firstIndex(of: 0, in: 0..<value.count) == nil {
                id.empty()
                id.append(contentsOf: value)
                blockHasID = true
            }
        case UInt8(ascii: "r"):
            if let value = line.value(of: "retry"), let time = ReconnectionTime(digits: value) {
                handler(.reconnectionTime(time))
            }
        default:
            break
        }
    }

    private mutating func append(data value: UnsafeRawBufferPointer) {
        // The LF after the last line is not part of the data, those between lines are: `data` has one for each line before.
        guard data.count + value.count <= limits.dataLength else {
            return fail(.dataTooLong, "the data of an event is longer than \(limits.dataLength) bytes")
        }
        data.append(contentsOf: value)
        data.append(.lineFeed)
    }

    private mutating func dispatch(_ handler: Handler) {
        if blockHasID {
            swap(&id, &dispatchedID)
            blockHasID = false
        }
        if !data.isEmpty {
            handOver(handler)
        }
        type.empty()
        data.empty()
    }

    private func handOver(_ handler: Handler) {
        data.withUnsafeBytes { data in
            dispatchedID.withUnsafeBytes { id in
                type.withUnsafeBytes { type in
                    handler(
                        .event(
                            MessageEvent.Borrowed(
                                type: EventStreamText(type.isEmpty ? Self.message : type),
                                data: EventStreamText(UnsafeRawBufferPointer(rebasing: data.dropLast())),
                                lastEventID: EventStreamText(id)
                            )
                        )
                    )
                }
            }
        }
    }

    private static var message: UnsafeRawBufferPointer {
        let name: StaticString = "message"
        return UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    }
}

extension UnsafeRawBufferPointer {
    /// The value, if this line is the field of that name: what comes after the colon and one space, if there are any.
    fileprivate func value(of name: StaticString) -> UnsafeRawBufferPointer? {
        let length = name.utf8CodeUnitCount
        guard count >= length, name.withUTF8Buffer({ prefix(length).elementsEqual($0) }) else { return nil }
        guard count > length else { return UnsafeRawBufferPointer(rebasing: self[length...]) }
        guard self[length] == .colon else { return nil }
        let start = length + 1
        return UnsafeRawBufferPointer(rebasing: self[(start < count && self[start] == .space ? start + 1 : start)...])
    }
}

extension [UInt8] {
    /// Removes all, and keeps the memory for the next line unless it is so much that an idle stream should not hold it.
    fileprivate mutating func empty() {
        removeAll(keepingCapacity: capacity <= 65_536)
    }
}
