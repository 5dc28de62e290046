import Dispatch
import Foundation
import ServerSentEvents
import Testing

@testable import TocsinCLI

@Suite(.timeLimit(.minutes(5))) struct DecodeRunTests {
    private let input = Pipe()
    private let output = Pipe()

    init() {
        // As the command does; it holds for the whole process.
        signal(SIGPIPE, SIG_IGN)
    }

    private func send(_ text: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    /// Starts it; what it returns comes once it has ended.
    private func start(limits: EventStreamParser.Limits = .init()) -> AsyncStream<CommandFailure?> {
        AsyncStream { continuation in
            Thread { [input, output] in
                let run = DecodeRun(
                    input: Descriptor(input.fileHandleForReading.fileDescriptor),
                    output: Descriptor(output.fileHandleForWriting.fileDescriptor), limits: limits)
                var failure: CommandFailure?
                do throws(CommandFailure) { try run.run() } catch { failure = error }
                continuation.yield(failure)
                continuation.finish()
                try? output.fileHandleForWriting.close()
            }.start()
        }
    }

    /// What has been written, as soon as there is something.
    private func written() -> String {
        String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }

    @Test func `an event is written before more comes`() async throws {
        let ending = start()
        try send("data: a\n\ndata: b\n")
        #expect(written() == #"{"type":"message","data":"a","lastEventId":""}"# + "\n")
        try send("id: 1\n\n")
        #expect(written() == #"{"type":"message","data":"b","lastEventId":"1"}"# + "\n")
        try send("data: cut off\n")
        try input.fileHandleForWriting.close()
        for await failure in ending { #expect(failure == nil) }
        #expect(written() == "")
    }

    @Test func `it ends with whoever reads, although no event comes`() async throws {
        let ending = start()
        try send("data: a\n\n")
        #expect(!written().isEmpty)
        try output.fileHandleForReading.close()
        for await failure in ending { #expect(failure == nil) }
    }

    @Test func `what came before a limit is written, and the limit is told`() async throws {
        let ending = start(limits: .init(lineLength: 10, dataLength: 10))
        try send("data: a\n\ndata: much too long\n\ndata: b\n\n")
        for await failure in ending {
            #expect(
                failure?.message == "a line of the event stream is longer than 10 bytes; --max-event allows more")
        }
        #expect(written() == #"{"type":"message","data":"a","lastEventId":""}"# + "\n")
    }

    @Test func `descriptors that do not wait are waited for`() async throws {
        for descriptor in [input.fileHandleForReading, output.fileHandleForWriting].map(\.fileDescriptor) {
            #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        }
        let ending = start()
        let text = String(repeating: "x", count: 1_000_000)
        let writer = Thread { [input] in
            try? input.fileHandleForWriting.write(contentsOf: Data("data: \(text)\n\n".utf8))
            try? input.fileHandleForWriting.close()
        }
        writer.start()
        let all = output.fileHandleForReading.readDataToEndOfFile()
        let line = #"{"type":"message","data":"\#(text)","lastEventId":""}"#
        #expect(String(decoding: all, as: UTF8.self) == line + "\n")
        for await failure in ending { #expect(failure == nil) }
    }
}
