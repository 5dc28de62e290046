import ServerSentEvents

/// Reads an event stream and writes it as lines of JSON, until one side ends.
struct DecodeRun {
    let input: Descriptor
    let output: Descriptor
    var limits = EventStreamParser.Limits()

    /// How much is read at a time, and how many bytes of lines are kept until they are written: as much as a pipe holds.
    private static let pieceSize = 65_536

    /// Has written the lines of all that came before it waits for more.
    ///
    /// - Throws: ``CommandFailure`` where it cannot read or write, or where the stream is over a limit; the lines of what
    ///   came before are written then. An output that nobody reads any more is no failure.
    func run() throws(CommandFailure) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 1)
        defer { piece.deallocate() }
        var parser = EventStreamParser(limits: limits)
        var lines = EventLines()
        while case let count = try take(into: piece), count > 0 {
            var failure: Descriptor.Failure?
            var excess: EventStreamError?
            do {
                try parser.parse(piece[..<count]) { item in
                    guard failure == nil else { return }
                    lines.append(item)
                    // Each event tells a long id again, so that the lines of one piece may be more than memory holds.
                    if lines.bytes.count >= Self.pieceSize { failure = write(&lines) }
                }
            } catch {
                excess = error
            }
            failure = failure ?? write(&lines)
            if let failure {
                if failure.isBrokenPipe { return }
                throw CommandFailure("standard output cannot be written: \(failure)")
            }
            if let excess { throw CommandFailure("\(excess); --max-event allows more") }
        }
    }

    private func take(into piece: UnsafeMutableRawBufferPointer) throws(CommandFailure) -> Int {
        do {
            return try input.takeBytes(into: piece, for: output)
        } catch {
            throw CommandFailure("standard input cannot be read: \(error)")
        }
    }

    /// - Returns: why the lines could not be written.
    private func write(_ lines: inout EventLines) -> Descriptor.Failure? {
        defer { lines.removeAll() }
        return lines.bytes.withUnsafeBytes { output.put($0) }
    }
}
