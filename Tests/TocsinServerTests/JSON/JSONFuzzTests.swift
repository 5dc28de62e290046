import SeededRandomness
import Testing
import Tocsin

@testable import TocsinServer

@Suite struct JSONFuzzTests {
    static let document = """
        { "user":"tiaz\\u0020", "event" : "alarm", "data": {"a": [1, -2.50e+10, true,false, null, {} , [] ], "텍스트": "é😀 \\ud83d\\ude00"},
          "translations": {"ko": "예약", "en-US": {"x":[[[["deep"]]]]}}, "retry": 5000, "ttl": 60, "key": "k\\/1" }
        """

    @Test("Every truncation of an object is refused")
    func truncations() throws {
        let whole = Array(Self.document.utf8)
        #expect(throws: Never.self) { try Content(json: whole) }
        for length in 0..<whole.count {
            #expect(throws: JSONError.self) { try Content(json: whole[..<length]) }
            #expect(throws: Problem.self) { try AlarmRequest(body: whole[..<length], format: .json) }
        }
    }

    @Test(
        "Whatever is changed, nothing crashes, and what is read reads again to the same",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let interesting =
            Array("{}[]\",:\\u0123eE+-.tfn \n\r\t".utf8) + [
                0x00, 0x1F, 0x7F, 0x80, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xFF,
            ]
        let whole = Array(Self.document.utf8)
        var wasRead = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                let byte = interesting.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                case 3: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &generator))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
                }
            }
            _ = try? AlarmRequest(body: bytes, format: .json)
            _ = try? AlarmRequest(body: bytes, format: .lines)
            guard case .json(let text) = try? Content(json: bytes) else { continue }
            wasRead += 1
            #expect(try Content(json: text.utf8) == .json(text))
            #expect(!text.utf8.contains(0x0A))
        }
        #expect(wasRead > 100)
    }

    @Test("Random bytes are read or refused, and never crash", arguments: 1...4 as ClosedRange<UInt64>)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed &* 1_000_003)
        let alphabet = Array("{}[]\",:\\u0aé 1-.e".utf8)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            if case .json(let text) = try? Content(json: bytes) {
                #expect((try? Content(json: text.utf8)) == .json(text))
            }
            _ = try? AlarmRequest(body: bytes, format: .lines)
        }
    }
}
