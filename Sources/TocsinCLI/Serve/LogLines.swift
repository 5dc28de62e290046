import Foundation
import Logging
import Tocsin
import TocsinServer

/// Writes the log to standard error, an event a line: `2026-01-02T03:04:05.678Z warning: what happened`.
struct LogLines: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // Nobody may be reading any more, which is no reason to end.
        try? FileHandle.standardError.write(contentsOf: Data(line(event, at: Timestamp.now()).utf8))
    }

    func line(_ event: LogEvent, at time: Timestamp) -> String {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        var details = all.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        if let error = event.error { details.append("error=\(error)") }
        return ([time.rfc3339, "\(event.level):", "\(event.message)"] + details).joined(separator: " ") + "\n"
    }
}
