import Dispatch
import Foundation
import Synchronization

/// What a process says on a pipe, line by line as it comes and as a whole in the end.
final class LineLog: Sendable {
    /// Each line once, to one reader.
    let lines: AsyncStream<String>
    private let whole = Mutex("")
    private let ended = DispatchGroup()

    init(reading handle: FileHandle) {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        ended.enter()
        Thread { [self] in
            var pending: [UInt8] = []
            while true {
                // What there is, as soon as there is something.
                let piece = handle.availableData
                if piece.isEmpty { break }
                pending += piece
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: pending[..<end], as: UTF8.self)
                    pending.removeSubrange(...end)
                    whole.withLock { $0 += line + "\n" }
                    continuation.yield(line)
                }
            }
            whole.withLock { $0 += String(decoding: pending, as: UTF8.self) }
            continuation.finish()
            ended.leave()
        }.start()
    }

    /// All of it; it waits until the pipe is closed.
    func text() -> String {
        ended.wait()
        return whole.withLock { $0 }
    }
}
