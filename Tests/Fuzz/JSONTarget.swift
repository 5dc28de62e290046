import Foundation
import SeededRandomness
import Tocsin
import TocsinServer

/// The JSON reader, as a publish meets it, compared to the reference, and what it accepts to Foundation as well.
struct JSONTarget: FuzzTarget {
    private static let alphabet =
        Array("{}[]\",:\\u0123eE+-.tfn \n\r\t/".utf8) + [
            0x00, 0x1F, 0x7F, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xA0, 0xEF, 0xBB, 0xF0, 0xF4, 0x90, 0xFF,
        ]

    func run(_ generator: inout SeededGenerator) throws(Finding) -> String {
        let value = generator.chance(5) ? generator.deepJSON() : generator.json()
        var bytes = Array(#"{"everyone":true,"data":\#(value)}"#.utf8)
        if generator.chance(60) { bytes = generator.mutated(bytes, alphabet: Self.alphabet) }
        let reference = ReferenceJSON.read(bytes)
        let isWithinDepth = (reference?.depth ?? 0) <= 64
        let outcome = Result { () throws(Problem) in try AlarmRequest(body: bytes, format: .json) }
        switch outcome {
        case .success(let request):
            guard let reference, isWithinDepth else { throw finding("is read, and is no JSON", bytes) }
            if request.isSingle, let data = request.alarms[0].data {
                try check(data, reference.value.member("data"), bytes)
                try checkRoundTrip(data, bytes)
            }
            try checkFoundation(reference.value, bytes)
            return "read"
        case .failure(let problem) where problem.status == 400:
            guard let reference, isWithinDepth, !reference.value.hasLoneSurrogate else { return "no JSON" }
            throw finding("is JSON, and is refused: \(problem)", bytes)
        case .failure(let problem):
            guard reference != nil, isWithinDepth else {
                throw finding("is no JSON, and is refused: \(problem)", bytes)
            }
            return "no alarm"
        }
    }

    private func finding(_ what: String, _ bytes: [UInt8]) -> Finding {
        Finding("\(String(decoding: bytes, as: UTF8.self).debugDescription) \(what); bytes \(bytes)")
    }

    /// What an alarm says is what was published, byte for byte.
    private func check(_ data: Content, _ reference: ReferenceJSON.Value?, _ bytes: [UInt8]) throws(Finding) {
        let expected: String?
        switch (data, reference) {
        case (.text, .string(_, let units)): expected = String(validating: units, as: UTF16.self)
        case (.json, .object), (.json, .array), (.json, .scalar): expected = reference?.compact
        default: expected = nil
        }
        guard let expected, Array(expected.utf8) == Array(data.string.utf8) else {
            throw finding("has the data \(data) instead of \(expected ?? "none")", bytes)
        }
    }

    private func checkRoundTrip(_ data: Content, _ bytes: [UInt8]) throws(Finding) {
        var writer = JSONWriter()
        writer.object { object in
            object.name("everyone")
            object.boolean(true)
            object.name("data")
            object.content(data)
        }
        let again = try? AlarmRequest(body: writer.bytes, format: .json).alarms[0].data
        guard let again, Array(again.string.utf8) == Array(data.string.utf8) else {
            throw finding("is written as \(writer.bytes), and read again as \(again.debugDescription)", bytes)
        }
    }

    /// Foundation reads it as well, as far as it can: not half surrogate pairs, nor numbers that no `Double` holds.
    private func checkFoundation(_ reference: ReferenceJSON.Value, _ bytes: [UInt8]) throws(Finding) {
        guard !reference.hasLoneSurrogate, !reference.hasHugeNumber else { return }
        do {
            _ = try JSONSerialization.jsonObject(with: Data(bytes))
        } catch {
            throw finding("is read, but not by Foundation: \(error)", bytes)
        }
    }
}
