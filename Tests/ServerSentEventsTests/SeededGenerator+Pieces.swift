import SeededRandomness

extension SeededGenerator {
    /// One of `choices`, of which there is at least one.
    mutating func choose<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &self)]
    }

    /// `bytes` cut into pieces of random size, empty ones too.
    mutating func cut(_ bytes: [UInt8], upTo size: Int = 12) -> [ArraySlice<UInt8>] {
        var rest = bytes[...]
        var pieces: [ArraySlice<UInt8>] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...size, using: &self))
            pieces.append(piece)
            rest = rest[piece.endIndex...]
        }
        return pieces
    }
}
