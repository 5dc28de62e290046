import SeededRandomness

/// What is fuzzed: one case after another, each of which follows from its seed alone.
protocol FuzzTarget {
    init()

    /// Makes an input, and checks what becomes of it.
    ///
    /// - Returns: what to count the case as.
    func run(_ generator: inout SeededGenerator) throws(Finding) -> String
}
