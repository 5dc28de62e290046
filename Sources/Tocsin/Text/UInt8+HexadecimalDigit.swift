extension UInt8 {
    /// The digit of a value from 0 to 15, in lower case.
    package init(hexadecimalDigit value: Int) {
        self = UInt8(truncatingIfNeeded: value) + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
