package import NIOCore

/// What the data of an alarm begins with, so that who receives it knows when it was published, and what came before.
package struct Mark: Hashable, Sendable {
    package var publisher: Int
    /// Counts the alarms of one publisher to one channel, from 1.
    package var sequence: UInt32
    /// When it was published, in nanoseconds of this machine's uptime.
    package var time: UInt64

    package init(publisher: Int, sequence: UInt32, time: UInt64) {
        self.publisher = publisher
        self.sequence = sequence
        self.time = time
    }

    /// No mark is longer.
    package static let maximumSize = 48

    /// Appends `b=<publisher>.<sequence>.<time>.` and as many `x` as are missing to `size` bytes.
    package func write(into buffer: inout ByteBuffer, size: Int) {
        let start = buffer.writerIndex
        buffer.writeString("b=")
        buffer.writeString(String(publisher))
        buffer.writeString(".")
        buffer.writeString(String(sequence))
        buffer.writeString(".")
        buffer.writeString(String(time))
        buffer.writeString(".")
        buffer.writeRepeatingByte(UInt8(ascii: "x"), count: max(0, size - (buffer.writerIndex - start)))
    }

    /// - Parameter line: a line of an event stream.
    /// - Returns: `nil` unless it is the data of an event that begins with a mark.
    init?(line: UnsafeRawBufferPointer) {
        guard line.begins(with: "data: b=") else { return nil }
        var index = 8
        guard let publisher = line.field(at: &index), publisher < 1 << 20,
            let sequence = line.field(at: &index).flatMap(UInt32.init(exactly:)),
            let time = line.field(at: &index)
        else { return nil }
        self.init(publisher: Int(publisher), sequence: sequence, time: time)
    }
}

extension UnsafeRawBufferPointer {
    /// The number at `index` and the dot behind it.
    fileprivate func field(at index: inout Int) -> UInt64? {
        guard let number = number(at: &index), index < count, self[index] == UInt8(ascii: ".") else { return nil }
        index += 1
        return number
    }
}
