import SeededRandomness

/// Runs cases of a target until time is over, or one case again.
struct FuzzRun {
    let name: String
    let seed: UInt64
    let target: any FuzzTarget

    /// - Returns: whether nothing was found.
    func run(for duration: Duration) -> Bool {
        let start = ContinuousClock.now
        var counts: [String: Int] = [:]
        var number: UInt64 = 0
        var memory: Int?
        while true {
            if number.isMultiple(of: 64) {
                let elapsed = ContinuousClock.now - start
                // What is loaded and cached at first does not grow any more after a quarter.
                if memory == nil, elapsed >= duration / 4 { memory = ResidentMemory.kilobytes }
                guard elapsed < duration else { break }
            }
            guard let kind = runCase(number) else { return false }
            counts[kind, default: 0] += 1
            number += 1
        }
        let grown = (ResidentMemory.kilobytes ?? 0) - (memory ?? 0)
        guard grown < 20_000 else {
            print("fuzz \(name): FAILED: memory grew by \(grown) kB in the last three quarters; --seed \(seed)")
            return false
        }
        let kinds = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("fuzz \(name): ok: \(number) cases (\(kinds)), seed \(seed), memory grew by \(grown) kB")
        return true
    }

    /// - Returns: what the case counts as; `nil` where it found something.
    func runCase(_ number: UInt64) -> String? {
        let place = "--seed \(seed) --case \(number)"
        LastWords.set("fuzz \(name): FAILED: the process ends in this case; \(place)\n")
        var seeds = SeededGenerator(seed: seed &+ number &* 0x9E6C_63D0_876A_68DB)
        var generator = seeds.fork()
        do throws(Finding) {
            return try target.run(&generator)
        } catch {
            print("fuzz \(name): FAILED: \(error.message); \(place)")
            return nil
        }
    }
}
