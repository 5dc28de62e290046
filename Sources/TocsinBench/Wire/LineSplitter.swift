#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Splits bytes that come in pieces into lines; the end of a line is LF or CRLF.
struct LineSplitter {
    /// The beginning of a line whose end has not come yet.
    private var partial: [UInt8] = []

    /// Takes the next line off the front of `bytes`, or keeps all of them where they hold no end of a line.
    ///
    /// - Returns: what `body` makes of the line, which is without its end; `nil` where there is no complete one.
    mutating func next<Result>(
        in bytes: inout UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard let start = bytes.baseAddress, let end = memchr(start, 0x0A, bytes.count) else {
            partial.append(contentsOf: bytes)
            bytes = UnsafeRawBufferPointer(rebasing: bytes.suffix(0))
            return nil
        }
        let count = UnsafeRawPointer(end) - start
        let line = UnsafeRawBufferPointer(start: start, count: count)
        bytes = UnsafeRawBufferPointer(rebasing: bytes.suffix(from: count + 1))
        guard !partial.isEmpty else { return body(line.withoutReturn) }
        partial.append(contentsOf: line)
        defer { partial.removeAll(keepingCapacity: true) }
        return partial.withUnsafeBytes { body($0.withoutReturn) }
    }

    /// Forgets what is kept of a line, since the rest of it will not come.
    mutating func reset() {
        partial.removeAll(keepingCapacity: true)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var withoutReturn: UnsafeRawBufferPointer {
        last == 0x0D ? UnsafeRawBufferPointer(rebasing: dropLast()) : self
    }

    /// Whether it begins with ASCII, whose letters may be of either case here.
    func begins(with lowercase: StaticString) -> Bool {
        let count = lowercase.utf8CodeUnitCount
        guard self.count >= count else { return false }
        for index in 0..<count {
            let letter = self[index]
            let lower = (0x41...0x5A).contains(letter) ? letter | 0x20 : letter
            guard lower == lowercase.utf8Start[index] else { return false }
        }
        return true
    }

    /// The decimal number at `index`, which moves behind it; `nil` where there is none.
    func number(at index: inout Int) -> UInt64? {
        let start = index
        var number: UInt64 = 0
        while index < count, index - start < 19, case let digit = self[index] &- 0x30, digit < 10 {
            number = number * 10 + UInt64(digit)
            index += 1
        }
        return index > start ? number : nil
    }
}
