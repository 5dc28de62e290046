extension ServerSentEvent {
    /// Appends the event as it goes over the wire: `event`, `retry`, `data`, `id`, each with LF, and a blank line.
    ///
    /// The id comes last, because some readers take an id from a block that was cut off, and would then miss its data. An empty
    /// value is written without a space after the colon, any other with one, so that its own leading space is kept.
    ///
    /// - Complexity: O(*n*) in the length of the fields, without an allocation but for the growth of `bytes`.
    public func append(to bytes: inout [UInt8]) {
        if let type {
            bytes.append(field: "event", linesOf: type.string)
        }
        if let retry {
            bytes.append(field: "retry", linesOf: String(retry.milliseconds))
        }
        if let data {
            bytes.append(field: "data", linesOf: data)
        }
        if let id {
            bytes.append(field: "id", linesOf: id.string)
        }
        bytes.append(.lineFeed)
    }

    /// The bytes that ``append(to:)`` appends, in an array of their own.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        let fields = (type?.string.utf8.count ?? 0) + (data?.utf8.count ?? 0) + (id?.string.utf8.count ?? 0)
        // Names, colons and line ends of all four fields, and a few further lines of data.
        bytes.reserveCapacity(fields + 96)
        append(to: &bytes)
        return bytes
    }
}

extension EventStreamComment {
    /// Appends the comment as it goes over the wire: `: text` and LF for each line, `:` alone for an empty one.
    ///
    /// - Complexity: O(*n*) in the length of the text.
    public func append(to bytes: inout [UInt8]) {
        // A comment has the form of a field without a name.
        bytes.append(field: "", linesOf: text)
    }

    /// The bytes that ``append(to:)`` appends, in an array of their own.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }
}

extension [UInt8] {
    /// Appends the field once for each line of `value`, of which there is at least one.
    fileprivate mutating func append(field name: StaticString, linesOf value: String) {
        var value = value
        value.withUTF8 { utf8 in
            var ends = LineEnds(in: UnsafeRawBufferPointer(utf8))
            var start = 0
            while let end = ends.next(from: start) {
                append(field: name, line: UnsafeBufferPointer(rebasing: utf8[start..<end]))
                start = ends.lineStart(after: end)
            }
            append(field: name, line: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
    }

    private mutating func append(field name: StaticString, line: UnsafeBufferPointer<UInt8>) {
        append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        append(.colon)
        if !line.isEmpty {
            append(.space)
            append(contentsOf: line)
        }
        append(.lineFeed)
    }
}
