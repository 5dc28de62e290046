/// Where in a JSON text a value is (RFC 6901).
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// Empty for the whole text; else each step follows a `/`.
    package let description: String

    /// The whole text.
    package static let root = JSONPointer(description: "")

    private init(description: String) {
        self.description = description
    }

    /// A member of the outermost object.
    package init(_ member: String) {
        self = .root.prefixed(by: member)
    }

    /// The same place, seen from where its text is the member `name` of another.
    package func prefixed(by name: String) -> JSONPointer {
        let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
        return JSONPointer(description: "/\(escaped)\(description)")
    }

    /// The same place, seen from where its text is what `parent` points at.
    package func prefixed(by parent: JSONPointer) -> JSONPointer {
        JSONPointer(description: parent.description + description)
    }

    /// The same place, seen from where its text is an element of an array.
    package func prefixed(by index: Int) -> JSONPointer {
        JSONPointer(description: "/\(index)\(description)")
    }
}
