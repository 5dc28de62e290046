import ArgumentParser
import Foundation
import Testing

@testable import TocsinCLI

@Suite struct ConfigurationFileReadingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func file(_ bytes: some Sequence<UInt8>) throws -> String {
        let path = folder.file("tocsin.yaml")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func failure(at path: String) throws -> String {
        let failure = try #require(throws: CommandFailure.self) { try ConfigurationFile(path: path) }
        #expect(failure.status == .failure)
        return failure.message
    }

    @Test(arguments: [[:], ["TOCSIN_CONFIG": "nowhere"]])
    func `the command line names the file, or else the environment`(environment: [String: String]) throws {
        let path = try file("port: 7".utf8)
        let given = try ServeArguments.parse(["--config", path]).given
        let line = try OptionReader.readingFile(given: given, environment: environment)
        #expect(line.origin(of: ServeOptions.port.description) == .file(name: path, line: 1))
        let variable = try OptionReader.readingFile(given: [:], environment: ["TOCSIN_CONFIG": path])
        #expect(try variable.value(ServeOptions.port) == 7)
        let none = try OptionReader.readingFile(given: [:], environment: ["TOCSIN_CONFIG": ""])
        #expect(try none.value(ServeOptions.port) == nil)
    }

    @Test func `a file that cannot be read is told with the reason`() throws {
        let missing = folder.file("nowhere.yaml")
        #expect(
            try failure(at: missing)
                == "the configuration file \(missing) cannot be read: no such file or directory; "
                + "give another with --config or TOCSIN_CONFIG")
        #expect(try failure(at: folder.url.path).contains("cannot be read: is a directory; "))
    }

    @Test func `a file that is not UTF-8 is told with the line`() throws {
        let path = try file(Array("port: 1\n# é\ngreeting: caf".utf8) + [0xE9, 0x0A])
        #expect(try failure(at: path) == "\(path):3: not UTF-8; convert the file, for example with iconv")
    }

    @Test func `a file has an end`() throws {
        let message = """
            has more than 1048576 bytes, so it is another kind of file; give another with --config or TOCSIN_CONFIG
            """
        #expect(try failure(at: "/dev/zero") == "the configuration file /dev/zero \(message)")
        let greatest = try file(repeatElement(UInt8(ascii: "\n"), count: 1 << 20))
        #expect(try ConfigurationFile(path: greatest).settings.isEmpty)
        #expect(try failure(at: try file(repeatElement(UInt8(ascii: "\n"), count: 1 + 1 << 20))).hasSuffix(message))
    }

    @Test func `a name of a file does not break a message or a printed configuration`() throws {
        let path = folder.file("a\nb\u{1B}.yaml")
        try Data("prot: 1".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try failure(at: path).hasPrefix(folder.file("a?b?.yaml:1: ")))
    }
}
