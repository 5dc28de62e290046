import Tocsin
import TocsinServer

/// The tutorial's scenario: again and again, each user with an open stream gets a notice of their own.
///
/// When that is, who listens, and how it is published come from outside.
struct DemoScenario: Sendable {
    /// How a user's stream begins, unless another greeting is given.
    static let greeting = "Hello! {user}"
    static let interval = Duration.seconds(5)
    static let event = (try? EventName("notice")) ?? .alarm
    /// Seconds. A notice is news for a moment only, and a journal that is kept must not fill up with them.
    static let timeToLive = 60
    /// How many notices are published at once, so that other alarms come in between.
    static let groupSize = 1000

    let users: @Sendable () async -> Set<Name>
    /// Takes alarms to be committed together.
    let publish: @Sendable ([Alarm]) async -> Void

    /// Goes on until `ticks` ends.
    func run(at ticks: some AsyncSequence<Void, Never>) async {
        for await _ in ticks {
            var names = await users()[...]
            while !names.isEmpty {
                await publish(names.prefix(Self.groupSize).map(Self.notice))
                names = names.dropFirst(Self.groupSize)
            }
        }
    }

    static func notice(to user: Name) -> Alarm {
        var data = JSONWriter()
        data.object { object in
            object.name("name")
            object.string(user.string)
        }
        return Alarm(
            audience: .user(user), event: event, data: .json(String(decoding: data.bytes, as: UTF8.self)),
            ttl: timeToLive)
    }
}
