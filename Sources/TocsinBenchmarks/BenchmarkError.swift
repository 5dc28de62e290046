/// Why there is nothing to tell.
struct BenchmarkError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
