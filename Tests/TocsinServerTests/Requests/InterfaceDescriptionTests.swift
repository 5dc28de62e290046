import Testing
import TocsinWeb
import Yams

@testable import TocsinServer

/// `/openapi.yaml` and the server agree; what it answers is for Tests/System/interface-test.py.
@Suite struct InterfaceDescriptionTests {
    private struct Description: Decodable {
        struct Components: Decodable {
            let schemas: Schemas
        }
        struct Schemas: Decodable {
            let problemType: Choice

            enum CodingKeys: String, CodingKey {
                case problemType = "ProblemType"
            }
        }
        struct Choice: Decodable {
            let `enum`: [String]
        }
        /// Whatever it is.
        struct Something: Decodable {
            init(from decoder: any Decoder) {}
        }

        let paths: [String: [String: Something]]
        let components: Components

        static func embedded() throws -> Description {
            try YAMLDecoder().decode(from: String(decoding: WebAsset.interface.bytes, as: UTF8.self))
        }
    }

    @Test("What there is at which path is described, and what is described is there")
    func operations() throws {
        let methods: Set = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
        let described = try Description.embedded().paths.flatMap { path, item in
            item.keys.filter(methods.contains).map { "\($0.uppercased()) \(path)" }
        }
        let routed = RoutePath.all.flatMap { path in path.methods.map { "\($0) \(path.template)" } }
        #expect(described.sorted() == routed.sorted())
    }

    @Test("A path of the table is reached by what it says")
    func templates() throws {
        for path in RoutePath.all {
            let target = try RequestTarget(path.template.replacing("{", with: "%7B").replacing("}", with: "%7D"))
            #expect(Route(target) == path.route(at: target.segments))
            #expect(Route(target).methods == path.methods && !path.methods.isEmpty)
        }
    }

    @Test("Every type of problem is described")
    func problems() throws {
        let described = try Description.embedded().components.schemas.problemType.enum
        #expect(described.sorted() == Set(ProblemTests.all.map(\.kind.uri)).sorted())
    }
}
