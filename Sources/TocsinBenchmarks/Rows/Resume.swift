import AsyncHTTPClient
import NIOCore
import TocsinBench

/// 11: ten thousand streams that come back after a restart, a hundred alarms behind.
struct Resume: Row {
    let numbers = [11]
    private static let streams = 10_000
    private static let topics = 100
    private static let missed = 100

    /// A journal with missed alarms in it.
    private struct Journal {
        let file: String
        /// The newest alarm before those that were missed.
        let lastEventID: String
    }

    func findings(_ bench: Bench) async throws -> [Finding] {
        // The newest 10,000 alarms are in the server's memory: cold are those behind them.
        let warm = try await Self.journal(bench, before: 0, after: 0)
        let cold = try await Self.journal(bench, before: 10_000, after: 20_000)
        let large = try await Self.journal(bench, before: 1_000_000, after: 20_000)
        var times: [String: [Double]] = [:]
        for _ in 0..<bench.pairs {
            times["warm", default: []].append(try await Self.resume(bench, warm))
            if bench.hasNchan { times["nchan", default: []].append(try await Self.resumeNchan(bench)) }
            times["cold", default: []].append(try await Self.resume(bench, cold))
            times["large", default: []].append(try await Self.resume(bench, large))
        }
        func median(_ name: String) -> Double? { times[name]?.median }
        func ratio(_ name: String, _ other: String) -> Double? {
            guard let one = times[name], let two = times[other] else { return nil }
            return zip(one, two).map { $0 / $1 }.median
        }
        let what = "10,000 streams resume after a restart, 100 missed alarms each"
        let slower = ratio("warm", "nchan")
        let growth = ratio("large", "cold") ?? 0
        return [
            Finding(
                row: 11, what: "\(what), warm", measured: Quantity.seconds(median("warm") ?? 0),
                peer: median("nchan").map { "Nchan, not restarted, \(Quantity.seconds($0))" } ?? "–",
                ratio: slower.map(Quantity.times) ?? "–", budget: "≤ 3 s, ≤ Nchan",
                isMet: (median("warm") ?? .infinity) <= 3 && slower ?? 0 <= 1),
            Finding(
                row: 11, what: "the same, cold, 40,000 alarms in the journal",
                measured: Quantity.seconds(median("cold") ?? 0), budget: "told"),
            Finding(
                row: 11, what: "the same, cold, 1,030,000 alarms in the journal",
                measured: Quantity.seconds(median("large") ?? 0),
                peer: "with 40,000 \(Quantity.seconds(median("cold") ?? 0))", ratio: Quantity.times(growth),
                budget: "as with 40,000 (≤ 1.25 ×)", isMet: growth <= 1.25),
        ]
    }

    private static let options = ["--retain-alarms", "2000000"]

    /// Fills a journal with other alarms, with those that will have been missed, and with others again.
    private static func journal(_ bench: Bench, before: Int, after: Int) async throws -> Journal {
        say("    filling a journal with \(before + topics * missed + after) alarms")
        let file = bench.newFile("resume.db")
        let id = try await bench.withServer(.tocsin, options, data: file) { server in
            try await fill(server, alarms: max(before, 100))
            let id = try await head(of: server)
            try await publishMissed(to: server)
            try await fill(server, alarms: after)
            return id
        }
        return Journal(file: file, lastEventID: id)
    }

    private static func fill(_ server: BenchServer, alarms: Int) async throws {
        var settings = try server.settings(users: 1000)
        settings.publishers = 16
        settings.alarmsPerRequest = 100
        guard alarms > 0 else { return }
        try await withLoad(settings) { load in
            _ = try await load.publishAll(PublishPlan(.requests(alarms / 100)))
        }
    }

    private static func publishMissed(to server: BenchServer) async throws {
        var settings = try server.settings(topics: topics)
        settings.publishers = 16
        try await withLoad(settings) { load in
            var plan = PublishPlan(.requests(topics * missed))
            plan.isInTurn = true
            _ = try await load.publishAll(plan)
        }
    }

    private static func head(of server: BenchServer) async throws -> String {
        let request = HTTPClientRequest(url: "http://\(server.authority)/topics/any/alarms?limit=1")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let body = String(buffer: try await response.body.collect(upTo: 1_000_000))
        guard let match = body.firstMatch(of: /"head":"([0-9-]+)"/) else {
            throw BenchmarkError("a list does not tell the head: \(body.prefix(200))")
        }
        return String(match.1)
    }

    /// Seconds from the first connection to the last missed alarm.
    private static func resume(_ bench: Bench, _ journal: Journal) async throws -> Double {
        try await bench.withServer(.tocsin, options, data: journal.file) { server in
            var settings = try server.settings(topics: topics)
            settings.lastEventID = journal.lastEventID
            return try await resume(settings)
        }
    }

    private static func resumeNchan(_ bench: Bench) async throws -> Double {
        try await bench.withServer(.nchan) { server in
            try await publishMissed(to: server)
            var settings = try server.settings(topics: topics)
            settings.target = NchanTarget(authority: server.authority, channels: topics, resumes: true)
            return try await resume(settings)
        }
    }

    private static func resume(_ settings: LoadSettings) async throws -> Double {
        var settings = settings
        settings.streams = streams
        return try await withLoad(settings) { load in
            try await load.expect(streams * missed)
            let begin = ContinuousClock.now
            try await load.open()
            _ = try await load.deliveredOnce()
            return (ContinuousClock.now - begin) / .seconds(1)
        }
    }
}
