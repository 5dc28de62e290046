import SeededRandomness

extension SeededGenerator {
    /// The bytes with some of them changed, left out, doubled or moved.
    ///
    /// - Parameter alphabet: bytes that mean something in the format.
    mutating func mutated(_ bytes: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...index(below: 4) {
            let place = index(below: bytes.count + 1)
            let length = min(bytes.count - place, index(below: 20))
            let byte = chance(70) ? alphabet[index(below: alphabet.count)] : .random(in: 0...255, using: &self)
            switch index(below: 6) {
            case 0: bytes.insert(byte, at: place)
            case 1: bytes.removeSubrange(place..<place + length)
            case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: index(below: place + 1))
            case 4 where place < bytes.count: bytes[place] ^= 1 << UInt8(index(below: 8))
            default: if place < bytes.count { bytes[place] = byte }
            }
        }
        return bytes
    }
}
