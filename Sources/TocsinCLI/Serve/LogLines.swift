import Foundation
import Logging
import Tocsin
import TocsinServer

/// How a line of the log is written.
enum LogFormat: String, CaseIterable, Hashable, Sendable {
    /// `2026-01-02T03:04:05.678Z warning: what happened key=value`
    case text
    /// `{"time":"2026-01-02T03:04:05.678Z","level":"warning","message":"what happened","metadata":{"key":"value"}}`
    case json
}

/// Writes the log to standard error, an event a line.
struct LogLines: LogHandler {
    var format = LogFormat.text
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
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        let details = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }.filter { !$0.1.isEmpty }
        switch format {
        case .text: return Self.text(event, at: time, details) + "\n"
        case .json: return Self.json(event, at: time, details) + "\n"
        }
    }

    private static func text(_ event: LogEvent, at time: Timestamp, _ details: [(String, String)]) -> String {
        // A line stays one, and a terminal is not given orders, whatever a client has sent.
        let message = LineText.escaped("\(event.message)")
        let pairs = details.map { name, value in
            let isPlain = value.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "=" && $0 != "\\" }
            let value = isPlain ? LineText.escaped(value) : "\"\(LineText.escaped(value, quoted: true))\""
            return "\(LineText.escaped(name))=\(value)"
        }
        return ([time.rfc3339, "\(event.level):", message] + pairs).joined(separator: " ")
    }

    private static func json(_ event: LogEvent, at time: Timestamp, _ details: [(String, String)]) -> String {
        var line = JSONWriter()
        line.object { line in
            line.name("time")
            line.string(time.rfc3339)
            line.name("level")
            line.string(event.level.rawValue)
            line.name("message")
            line.string("\(event.message)")
            guard !details.isEmpty else { return }
            line.name("metadata")
            line.object { metadata in
                for (name, value) in details {
                    metadata.name(name)
                    metadata.string(value)
                }
            }
        }
        return String(decoding: line.bytes, as: UTF8.self)
    }
}
