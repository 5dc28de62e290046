import Tocsin

/// The body of a request to publish, as it is read: an alarm, an array of alarms, or an alarm a line.
struct AlarmBody {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let format: PublishFormat
    private var alarms: [Alarm] = []
    private var names = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ format: PublishFormat) {
        self.bytes = bytes
        self.format = format
    }

    /// - Throws: ``JSONError`` or ``Problem``.
    mutating func read(_ idempotencyKeys: [String]) throws -> (alarms: [Alarm], isSingle: Bool) {
        let isSingle =
            switch format {
            case .json: try readText()
            case .lines: try readLines()
            }
        guard !alarms.isEmpty else { throw Problem.noAlarms }
        if !idempotencyKeys.isEmpty {
            guard isSingle else {
                throw Problem.badHeaderKey(
                    "the header Idempotency-Key is for one alarm; give each alarm its own key field"
                )
            }
            alarms[0].key = try Self.key(idempotencyKeys, and: alarms[0].key)
        }
        return (alarms, isSingle)
    }

    /// Makes sure that all of the body is JSON.
    func checkSyntax() throws(JSONError) {
        switch format {
        case .json:
            var reader = JSONReader(bytes)
            _ = try reader.value()
            try reader.finish()
        case .lines:
            var lines = Lines(bytes)
            while let line = lines.next() {
                var reader = JSONReader(bytes, in: line)
                _ = try reader.value()
                try reader.finish()
            }
        }
    }

    /// - Returns: whether it is an alarm and no array.
    private mutating func readText() throws -> Bool {
        var reader = JSONReader(bytes)
        guard try reader.nextKind() == .array else {
            try append(AlarmReader.alarm(&reader))
            try reader.finish()
            return true
        }
        try reader.enter()
        while try reader.nextElement() {
            try readElement(&reader)
        }
        try reader.finish()
        return false
    }

    private mutating func readLines() throws -> Bool {
        var lines = Lines(bytes)
        while let line = lines.next() {
            var reader = JSONReader(bytes, in: line)
            try readElement(&reader)
            try reader.finish()
        }
        return false
    }

    private mutating func readElement(_ reader: inout JSONReader) throws {
        guard alarms.count < AlarmRequest.maximumAlarms else {
            throw Problem.tooManyAlarms(limit: AlarmRequest.maximumAlarms)
        }
        do {
            try append(AlarmReader.alarm(&reader))
        } catch let problem as Problem {
            throw problem.prefixed(by: alarms.count)
        }
    }

    private mutating func append(_ alarm: Alarm) throws {
        switch alarm.audience {
        case .everyone: break
        case .user, .users, .topic, .topics: names += alarm.audience.count
        }
        guard names <= AlarmRequest.maximumNames else {
            throw Problem.tooManyNames(limit: AlarmRequest.maximumNames)
        }
        alarms.append(alarm)
    }

    /// The key of the header, which the field may repeat.
    private static func key(_ headers: [String], and field: Name?) throws(Problem) -> Name {
        guard headers.count == 1 else { throw .badHeaderKey("there is more than one header Idempotency-Key; send one") }
        // The substitute for bytes that are no UTF-8: with it, two keys could be one, and the second alarm be lost.
        guard !headers[0].unicodeScalars.contains("\u{FFFD}") else {
            throw Problem(.notUTF8, "the header Idempotency-Key is not UTF-8")
        }
        let key: Name
        do throws(InvalidName) {
            key = try Name(headers[0])
        } catch {
            throw .badHeaderKey("the header Idempotency-Key: \(error)")
        }
        guard field == nil || field == key else {
            throw .badHeaderKey("the header Idempotency-Key is another one than the field key; send one of them")
        }
        return key
    }
}

extension AlarmBody {
    /// The lines that are not blank, without their ends: LF, or CR LF.
    struct Lines: IteratorProtocol {
        private let bytes: UnsafeBufferPointer<UInt8>
        private var position = 0

        init(_ bytes: UnsafeBufferPointer<UInt8>) {
            self.bytes = bytes
        }

        mutating func next() -> Range<Int>? {
            while position < bytes.count {
                let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                let line = position..<end
                position = min(end + 1, bytes.count)
                if !bytes[line].allSatisfy(JSONReader.isSpace) { return line }
            }
            return nil
        }
    }
}
