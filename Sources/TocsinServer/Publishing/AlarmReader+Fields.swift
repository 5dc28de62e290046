import Tocsin

// How the value of each kind of field is read. A pointer is made only for a value that is at fault.

extension JSONReader {
    mutating func name(at pointer: () -> JSONPointer) throws -> Name {
        guard try nextKind() == .string else { throw Problem.wrongType(at: pointer(), expected: "a string") }
        let text = try text(of: try string())
        do throws(InvalidName) {
            return try Name(text)
        } catch {
            throw Problem.badName(at: pointer(), error)
        }
    }

    /// Reads an array of names; what is there twice counts once.
    mutating func names(at pointer: () -> JSONPointer) throws -> [Name] {
        guard try nextKind() == .array else { throw Problem.wrongType(at: pointer(), expected: "an array of strings") }
        try enter()
        var names: [Name] = []
        var seen: Set<Name> = []
        var index = 0
        while try nextElement() {
            let name = try name(at: { JSONPointer.root.prefixed(by: index).prefixed(by: pointer()) })
            if seen.insert(name).inserted {
                guard names.count < AlarmRequest.maximumNames else {
                    throw Problem.tooManyNames(limit: AlarmRequest.maximumNames)
                }
                names.append(name)
            }
            index += 1
        }
        guard !names.isEmpty else { throw Problem.empty(at: pointer(), expected: "name") }
        return names
    }

    mutating func eventName(at pointer: () -> JSONPointer) throws -> EventName {
        guard try nextKind() == .string else { throw Problem.wrongType(at: pointer(), expected: "a string") }
        let text = try text(of: try string())
        do throws(InvalidEventName) {
            return try EventName(text)
        } catch {
            throw Problem.badEvent(at: pointer(), error)
        }
    }

    mutating func translations(at pointer: () -> JSONPointer) throws -> [Translation] {
        guard try nextKind() == .object else {
            throw Problem.wrongType(at: pointer(), expected: "an object of language tags and what to say")
        }
        try enter()
        var translations: [Translation] = []
        var seen: Set<LanguageTag> = []
        while let token = try nextMember() {
            let name = try text(of: token)
            func member() -> JSONPointer { JSONPointer(name).prefixed(by: pointer()) }
            guard let language = LanguageTag(name) else { throw Problem.badLanguage(at: member()) }
            guard seen.insert(language).inserted else { throw Problem.duplicateField(at: member()) }
            translations.append(Translation(language: language, content: try content()))
        }
        return translations
    }

    /// Reads a number that is written in digits only: neither `1.0` nor `1e3`.
    mutating func integer(in range: ClosedRange<Int>, unit: String, at pointer: () -> JSONPointer) throws -> Int {
        guard try nextKind() == .number else { throw Problem.wrongType(at: pointer(), expected: "a number of \(unit)") }
        let number = try number()
        guard number.isPlain else {
            throw Problem.wrongType(at: pointer(), expected: "a whole number of \(unit) without fraction or exponent")
        }
        guard let integer = integer(number), range.contains(integer) else {
            throw Problem.outOfRange(at: pointer(), range, unit: unit)
        }
        return integer
    }
}
