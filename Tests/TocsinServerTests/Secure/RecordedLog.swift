import Logging

/// What a logger was told, line by line.
struct RecordedLog: LogHandler {
    let lines: Taken<[String]>
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(_ lines: Taken<[String]>) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.change { $0.append("\(event.level): \(event.message)") }
    }
}
