import Foundation
import NIOCore
import Testing

@testable import TocsinBench

struct TocsinTargetTests {
    struct Alarm: Decodable, Equatable {
        var user: String?
        var topic: String?
        var everyone: Bool?
        var key: String?
        var ttl: Int?
        var data: String
    }

    private static let targets: [(TocsinTarget.Audience, Alarm)] = [
        (.topics(3), Alarm(topic: "bench-2", key: "k", ttl: 60, data: "")),
        (.users(3), Alarm(user: "bench-2", key: "k", ttl: 60, data: "")),
        (.everyone(users: 3), Alarm(everyone: true, key: "k", ttl: 60, data: "")),
    ]

    @Test(arguments: targets, [1, 2, 100])
    func `a publish is a whole request of as many bytes as it says`(
        target: (TocsinTarget.Audience, Alarm), count: Int
    ) throws {
        var tocsin = TocsinTarget(authority: "localhost:1", audience: target.0)
        tocsin.timeToLive = 60
        tocsin.token = "secret"
        let marks = (1...count).map { Mark(publisher: 7, sequence: UInt32($0), time: 99) }
        var buffer = ByteBuffer()
        tocsin.write(Publication(channel: 2, marks: marks, size: 64, key: "k"), into: &buffer)
        let parts = String(buffer: buffer).components(separatedBy: "\r\n\r\n")
        let (head, body) = (parts[0], parts[1])
        #expect(head.contains("Content-Length: \(body.utf8.count)"))
        #expect(head.contains("Authorization: Bearer secret"))
        let data = Data(body.utf8)
        let alarms =
            try count == 1
            ? [JSONDecoder().decode(Alarm.self, from: data)] : JSONDecoder().decode([Alarm].self, from: data)
        #expect(alarms.count == count)
        for (alarm, mark) in zip(alarms, marks) {
            var expected = target.1
            expected.data = "b=7.\(mark.sequence).99."
            expected.data += String(repeating: "x", count: 64 - expected.data.utf8.count)
            #expect(alarm == expected)
        }
    }

    @Test func `streams are spread over the channels`() {
        let target = TocsinTarget(authority: "localhost", audience: .topics(3))
        #expect((0..<4).map { target.channel(ofStream: $0) } == [0, 1, 2, 0])
        #expect(target.path(ofStream: 4) == "/events?topic=bench-1")
    }
}
