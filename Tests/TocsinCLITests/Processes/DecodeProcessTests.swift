import Testing

@testable import TocsinCLI

@Suite(.timeLimit(.minutes(5))) struct DecodeProcessTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `a stream on standard input is lines on standard output`() async throws {
        let stream = "retry: 5\ndata: a\nid: 1\n\ndata: 예약\n\ndata: cut off\n"
        let ending = try await TocsinProcess.run(["decode"], in: folder, input: stream)
        #expect(ending.status == 0)
        #expect(ending.error.isEmpty)
        #expect(
            ending.output == """
                {"retry":5}
                {"type":"message","data":"a","lastEventId":"1"}
                {"type":"message","data":"예약","lastEventId":"1"}

                """)
    }

    @Test func `a line that is too long is told, after what came before`() async throws {
        let ending = try await TocsinProcess.run(
            ["decode", "--max-event", "8"], in: folder, input: "data: ab\n\ndata: abc\n\ndata: d\n\n")
        #expect(ending.status == 1)
        #expect(ending.output == #"{"type":"message","data":"ab","lastEventId":""}"# + "\n")
        #expect(
            ending.error
                == "tocsin: a line of the event stream is longer than 8 bytes; --max-event allows more\n")
    }
}
