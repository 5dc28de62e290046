import ServerSentEvents

/// WHATWG HTML 9.2.6 written down step by step for a stream that is there as a whole, with no thought of speed.
///
/// It shares nothing with the parser it is compared to: it decodes first, then splits into lines.
package struct ReferenceParser {
    private var heard: [Heard] = []
    private var dataBuffer: [Unicode.Scalar] = []
    private var eventTypeBuffer: [Unicode.Scalar] = []
    private var lastEventIDBuffer: [Unicode.Scalar] = []
    private var lastEventIDString = ""

    package static func read(_ bytes: [UInt8]) throws -> Reading {
        var parser = ReferenceParser()
        var scalars = utf8Decode(bytes)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        for line in lines(of: scalars) {
            parser.process(line)
        }
        return Reading(heard: parser.heard, lastEventID: try EventID(parser.lastEventIDString))
    }

    /// The lines that have an end; what comes after the last end is discarded with the end of the stream.
    private static func lines(of scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var lines: [[Unicode.Scalar]] = []
        var line: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in scalars {
            if scalar == "\n" && previous == "\r" {
                // The second half of a line end.
            } else if scalar == "\n" || scalar == "\r" {
                lines.append(line)
                line = []
            } else {
                line.append(scalar)
            }
            previous = scalar
        }
        return lines
    }

    private mutating func process(_ line: [Unicode.Scalar]) {
        if line.isEmpty {
            dispatch()
        } else if line[0] == ":" {
            heard.append(.comment(string(line[1...])))
        } else if let colon = line.firstIndex(of: ":") {
            var value = line[(colon + 1)...]
            if value.first == " " { value.removeFirst() }
            processField(string(line[..<colon]), Array(value))
        } else {
            processField(string(line[...]), [])
        }
    }

    private mutating func processField(_ name: String, _ value: [Unicode.Scalar]) {
        switch name {
        case "event":
            eventTypeBuffer = value
        case "data":
            dataBuffer += value
            dataBuffer.append("\n")
        case "id":
            if !value.contains("\u{0}") { lastEventIDBuffer = value }
        case "retry":
            if !value.isEmpty, value.allSatisfy({ ("0"..."9").contains($0) }) {
                heard.append(.retry(Int(string(value[...])) ?? .max))
            }
        default:
            break
        }
    }

    private mutating func dispatch() {
        lastEventIDString = string(lastEventIDBuffer[...])
        if dataBuffer.isEmpty {
            eventTypeBuffer = []
            return
        }
        if dataBuffer.last == "\n" { dataBuffer.removeLast() }
        let type = eventTypeBuffer.isEmpty ? "message" : string(eventTypeBuffer[...])
        heard.append(.event(string(dataBuffer[...]), type: type, id: lastEventIDString))
        dataBuffer = []
        eventTypeBuffer = []
    }

    private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var string = ""
        string.unicodeScalars.append(contentsOf: scalars)
        return string
    }
}

/// The UTF-8 decoder of the WHATWG Encoding Standard, section 8.1.1.
package func utf8Decode(_ bytes: [UInt8]) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    var codePoint: UInt32 = 0
    var needed = 0
    var seen = 0
    var bounds: ClosedRange<UInt8> = 0x80...0xBF
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if needed == 0 {
            switch byte {
            case 0x00...0x7F: scalars.append(Unicode.Scalar(byte))
            case 0xC2...0xDF: (needed, codePoint) = (1, UInt32(byte & 0x1F))
            case 0xE0...0xEF:
                if byte == 0xE0 { bounds = 0xA0...0xBF }
                if byte == 0xED { bounds = 0x80...0x9F }
                (needed, codePoint) = (2, UInt32(byte & 0x0F))
            case 0xF0...0xF4:
                if byte == 0xF0 { bounds = 0x90...0xBF }
                if byte == 0xF4 { bounds = 0x80...0x8F }
                (needed, codePoint) = (3, UInt32(byte & 0x07))
            default: scalars.append("\u{FFFD}")
            }
            continue
        }
        guard bounds.contains(byte) else {
            (codePoint, needed, seen, bounds) = (0, 0, 0, 0x80...0xBF)
            scalars.append("\u{FFFD}")
            // The byte may begin something valid.
            index -= 1
            continue
        }
        bounds = 0x80...0xBF
        codePoint = codePoint << 6 | UInt32(byte & 0x3F)
        seen += 1
        if seen == needed {
            scalars.append(Unicode.Scalar(codePoint) ?? "\u{FFFD}")
            (codePoint, needed, seen) = (0, 0, 0)
        }
    }
    if needed > 0 { scalars.append("\u{FFFD}") }
    return scalars
}
