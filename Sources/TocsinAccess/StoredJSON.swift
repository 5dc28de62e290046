import Tocsin

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// What is kept in records is JSON.

extension String {
    /// - Parameter value: of texts, whole numbers and lists of them.
    init(encoding value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Such values have nothing that JSON cannot say.
        self = (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// - Throws: `JournalError` where it is something else, which nothing wrote there that knows the format.
    func decoded<Value: Decodable>(as type: Value.Type) throws(JournalError) -> Value {
        guard let value = try? JSONDecoder().decode(type, from: Data(utf8)) else {
            throw JournalError(
                code: .unusable, message: "a row of records in the data file is damaged; put back a backup")
        }
        return value
    }
}
