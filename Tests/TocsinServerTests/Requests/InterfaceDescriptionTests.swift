import Testing
import TocsinWeb
import Yams

@testable import TocsinServer

/// `/openapi.yaml` and the server agree; what it answers is for Tests/System/interface-test.py.
@Suite struct InterfaceDescriptionTests {
    private struct Description: Decodable {
        struct Components: Decodable {
            let schemas: Schemas
            let pathItems: [String: [String: Something]]
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
        /// A text, or whatever else.
        struct Something: Decodable {
            let text: String?

            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)
            }
        }

        let paths: [String: [String: Something]]
        let components: Components

        static func embedded() throws -> Description {
            try YAMLDecoder().decode(from: String(decoding: WebAsset.interface.bytes, as: UTF8.self))
        }

        /// The names of what is said of a path, there or where it refers to.
        func item(at path: String) throws -> [String] {
            let item = try #require(paths[path])
            guard let reference = item["$ref"]?.text else { return Array(item.keys) }
            return Array(try #require(components.pathItems[String(reference.split(separator: "/").last ?? "")]).keys)
        }
    }

    @Test("What there is at which path is described, and what is described is there")
    func operations() throws {
        let methods: Set = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
        let description = try Description.embedded()
        let described = try description.paths.keys.flatMap { path in
            try description.item(at: path).filter(methods.contains).map { "\($0.uppercased()) \(path)" }
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
