package import SeededRandomness

extension SeededGenerator {
    /// One of `choices`, of which there is at least one.
    package mutating func choose<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &self)]
    }

    /// `bytes` cut into pieces of random size, empty ones too.
    package mutating func cut(_ bytes: [UInt8], upTo size: Int = 12) -> [ArraySlice<UInt8>] {
        var rest = bytes[...]
        var pieces: [ArraySlice<UInt8>] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...size, using: &self))
            pieces.append(piece)
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    /// Bytes that look enough like an event stream to reach every rule, and enough unlike one to break them.
    package mutating func soup() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...40, using: &self) {
            switch Int.random(in: 0..<10, using: &self) {
            case 0...2: bytes += choose(["\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n"]).utf8
            case 3...6:
                bytes +=
                    choose([
                        "data", "data:", "data: ", "data:a", "event:", "event: x", "id", "id:", "id: 1", "retry:",
                        "retry: 12", ":",
                        ": c",
                    ]).utf8
                bytes += choose(["", "", "\n", "\r", "\r\n"]).utf8
            case 7:
                bytes += choose([
                    [0xEF, 0xBB, 0xBF], [0xEF], [0xBB], [0xBF], [0x00], [0xE2, 0x82], [0xF0, 0x9F, 0x9A, 0xA8],
                ])
            case 8: bytes.append(choose(Array("\r\n: dataeventidretry0123456789".utf8)))
            default: bytes.append(.random(in: 0...255, using: &self))
            }
        }
        if Int.random(in: 0..<4, using: &self) == 0 {
            bytes = [0xEF, 0xBB, 0xBF].prefix(Int.random(in: 1...3, using: &self)) + bytes
        }
        return bytes
    }
}
