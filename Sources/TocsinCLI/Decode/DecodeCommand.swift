import ArgumentParser
import ServerSentEvents

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// `tocsin decode`: tells what a browser would dispatch of an event stream.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Turn an event stream into JSON, one object a line.",
        usage: "tocsin decode [--max-event BYTES]",
        discussion: """
            It reads standard input, and prints what a browser would dispatch, each event as soon as it is complete, \
            and the reconnection time when it changes:

              {"type":"alarm","data":"The shop closes.","lastEventId":"7-1"}
              {"retry":3000}

            It reads the streams of any server, for example those of curl -N URL.
            """)

    /// The options that are followed by a value, whatever that begins with.
    static let optionsWithValue: Set<String> = ["--max-event"]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Bytes of a line, and of an event's data, that are kept at most.", valueName: "bytes"))
    var maxEvent = EventStreamParser.Limits().dataLength

    func run() throws {
        guard maxEvent > 0 else { throw CommandFailure(usage: "--max-event is 1 or more bytes, not \"\(maxEvent)\"") }
        // Whoever reads may have enough, as head has: that is no reason to be killed.
        signal(SIGPIPE, SIG_IGN)
        let limits = EventStreamParser.Limits(lineLength: maxEvent, dataLength: maxEvent)
        try DecodeRun(input: Descriptor(STDIN_FILENO), output: Descriptor(STDOUT_FILENO), limits: limits).run()
    }
}
