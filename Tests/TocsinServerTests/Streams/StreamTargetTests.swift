import Testing

@testable import TocsinServer

@Suite struct StreamTargetTests {
    @Test(
        "A request is one for a stream by its method and its path",
        arguments: [
            ("/connection/t", true), ("/connection/t?topic=a", true), ("/connection/a%2Fb", true), ("/events", true),
            ("/events?topic=a", true), ("/%65vents?topic=a", true), ("http://localhost/events", true),
            ("HTTP://localhost:5000/connection/t", true), ("/connection/%00", true), ("/connection/", false),
            ("/connection/a/b", false), ("/events/", false), ("/eventsx", false), ("/alarms", false), ("/", false),
            ("*", false),
            ("/connection/%zz", false), ("/connection/t?topic=%zz", false), ("nonsense", false), ("", false),
        ])
    func recognition(target: String, isStream: Bool) {
        #expect((StreamTarget("GET", target) != nil) == isStream)
        for method in ["HEAD", "POST", "OPTIONS", "get"] {
            #expect(StreamTarget(method, target) == nil)
        }
    }
}
