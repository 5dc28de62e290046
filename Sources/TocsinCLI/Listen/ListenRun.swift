import AsyncHTTPClient
import EventSourceClient
import Foundation
import ServerSentEvents
import UnixSignals

/// Listens until a signal, or the server, ends it.
struct ListenRun {
    let stream: ListenStream
    let output: EventOutput

    func run() async throws {
        // Who reads may end first. It is not ignored, since commands would then ignore it too.
        signal(SIGPIPE) { _ in }
        let progress = ListenProgress(url: stream.url, lastEventID: stream.lastEventID)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let listening = Task {
            try await HTTPClient.withHTTPClient(configuration: stream.clientConfiguration) { client in
                try await listen(stream.source(client), progress)
            }
        }
        let watching = Task {
            for await signal in signals {
                if listening.isCancelled { _exit(128 + signal.rawValue) }
                listening.cancel()
            }
        }
        defer { watching.cancel() }
        if output.isPrinted { StandardOutput.onceNobodyReads { listening.cancel() } }
        do {
            try await listening.value
        } catch let error as EventSourceError {
            progress.tellEnd()
            throw CommandFailure(ListenFailure.last(error, cure: stream.cure))
        } catch is CancellationError {
        }
        progress.tellEnd()
    }

    private func listen(_ source: EventSource, _ progress: ListenProgress) async throws {
        for try await update in source.updates {
            switch update {
            case .state(let state): progress.tell(state)
            case .item(.event(let event)):
                // Our own is for resuming only; that of another server has something to say.
                if event.type.string != "position" || !event.data.isEmpty { try await handle(event, progress) }
                progress.handled(event)
            case .item: break
            }
        }
    }

    private func handle(_ event: MessageEvent, _ progress: ListenProgress) async throws {
        switch output {
        case .text(let isColored):
            try StandardOutput.write(Array(EventText(isColored: isColored).lines(event).utf8))
        case .json:
            var lines = EventLines()
            lines.append(event)
            try StandardOutput.write(lines.bytes)
        case .command(let command):
            // It is not cut off when this is told to end.
            let running = Task { try await EventCommand(command: command).run(event) }
            guard let end = try await running.value else { return }
            // The same signal may have ended it before it was done, and be on its way to here.
            try await Task.sleep(for: .milliseconds(100))
            progress.tell("the command ended with \(end), for the event with the id \(event.lastEventID)")
        }
    }
}
