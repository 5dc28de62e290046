/// Random numbers that follow from a seed, so that a run can be repeated (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Another generator, whose numbers do not depend on how many this one gives from now on.
    package mutating func fork() -> SeededGenerator {
        SeededGenerator(seed: next())
    }

    /// - Parameter percent: how often it is `true`, of a hundred times.
    package mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &self) < percent
    }

    package mutating func index(below count: Int) -> Int {
        Int.random(in: 0..<count, using: &self)
    }

    package mutating func element<Elements: Collection>(of elements: Elements) -> Elements.Element? {
        elements.randomElement(using: &self)
    }
}
