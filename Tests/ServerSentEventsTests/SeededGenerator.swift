/// Random numbers that are the same in each run, so that a failure can be had again by its seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
