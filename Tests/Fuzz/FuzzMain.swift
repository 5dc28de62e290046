#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// `TocsinFuzz client|events|json|token [--seconds N] [--seed N] [--case N]`: looks for inputs that what reads them gets wrong.
@main
enum FuzzMain {
    private static var targets: [String: any FuzzTarget.Type] {
        ["client": ClientTarget.self, "events": EventsTarget.self, "json": JSONTarget.self, "token": TokenTarget.self]
    }

    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.popFirst(), let target = targets[name] else { usage() }
        var numbers: [String: UInt64] = [:]
        while let option = arguments.popFirst() {
            guard ["--seconds", "--seed", "--case"].contains(option),
                let value = arguments.popFirst().flatMap({ UInt64($0) })
            else { usage() }
            numbers[option] = value
        }
        LastWords.install()
        let seed = numbers["--seed"] ?? .random(in: 0..<1 << 32)
        let run = FuzzRun(name: name, seed: seed, target: target.init())
        if let number = numbers["--case"] {
            guard let kind = run.runCase(number) else { exit(1) }
            print("fuzz \(name): ok: case \(number) of seed \(seed) is one of: \(kind)")
        } else if !run.run(for: .seconds(numbers["--seconds"] ?? 10)) {
            exit(1)
        }
    }

    private static func usage() -> Never {
        print("usage: TocsinFuzz \(targets.keys.sorted().joined(separator: "|")) [--seconds N] [--seed N] [--case N]")
        exit(64)
    }
}
