/// The lexical rules of the Prometheus text exposition format 0.0.4.
enum PrometheusText {
    /// - Returns: the text with `_` for what a metric's name cannot have.
    static func metricName(_ text: String) -> String {
        name(text) { $0 == ":" }
    }

    /// - Returns: the text with `_` for what a label's name cannot have; names that Prometheus uses itself are changed too.
    static func labelName(_ text: String) -> String {
        let name = name(text) { _ in false }
        // The bound of a bucket has this name, and two underscores begin what is internal.
        return name == "le" || name.hasPrefix("__") ? "label_\(name)" : name
    }

    private static func name(_ text: String, allowing isAllowed: (Unicode.Scalar) -> Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isDigit = "0"..."9" ~= scalar
            let isRight = "a"..."z" ~= scalar || "A"..."Z" ~= scalar || isDigit || isAllowed(scalar)
            if name.isEmpty, isDigit { name = "_" }
            name.unicodeScalars.append(isRight ? scalar : "_")
        }
        return name.isEmpty ? "_" : name
    }

    /// What a label's value is between quotation marks.
    static func labelValue(_ text: String) -> String {
        escaped(text).replacing("\"", with: "\\\"")
    }

    /// What a metric's help is to the end of its line.
    static func help(_ text: String) -> String { escaped(text) }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        // By scalars: a line break after a carriage return is no character of its own.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A number as it is read again without loss.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.description
    }
}
