import SeededRandomness

extension SeededGenerator {
    /// A text that is JSON, with white space anywhere that it may be.
    mutating func json(depth: Int = 0) -> String {
        let space = self.space()
        let end = self.space()
        let most = depth < 6 ? 9 : 6
        switch index(below: most) {
        case 0: return space + number() + end
        case 1, 2: return space + string() + end
        case 3: return space + (["true", "false", "null"].randomElement(using: &self) ?? "null") + end
        case 4: return space + "{}" + end
        case 5: return space + "[\(self.space())]" + end
        case 6, 7:
            let elements = (0...index(below: 4)).map { _ in json(depth: depth + 1) }
            return space + "[" + elements.joined(separator: ",") + "]" + end
        default:
            let members = (0...index(below: 4)).map { _ in
                self.space() + string() + self.space() + ":" + json(depth: depth + 1)
            }
            return space + "{" + members.joined(separator: ",") + "}" + end
        }
    }

    /// Around the depth that is the limit.
    mutating func deepJSON() -> String {
        let depth = Int.random(in: 60...67, using: &self)
        var text = string()
        for _ in 0..<depth {
            text = chance(50) ? "[\(text)]" : "{\(string()):\(text)}"
        }
        return text
    }

    private mutating func space() -> String {
        guard chance(25) else { return "" }
        return (0...index(below: 3)).map { _ in [" ", "\n", "\r", "\t"][index(below: 4)] }.joined()
    }

    private mutating func number() -> String {
        var text = chance(30) ? "-" : ""
        text += chance(30) ? "0" : String(UInt64.random(in: 1...(.max), using: &self) >> UInt64(index(below: 64)))
        if chance(30) { text += "." + (0...index(below: 20)).map { _ in String(index(below: 10)) }.joined() }
        if chance(30) {
            text += ["e", "E"][index(below: 2)] + ["", "+", "-"][index(below: 3)] + String(index(below: 1000))
        }
        return text
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "data", " ", "{", "]", ":", ",", "//", "é", "예약", "🚨", "\u{FEFF}", "\u{7F}", "\u{85}", "\u{2028}",
            "\u{10FFFF}", "e\u{301}", "\u{FFFD}", #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#,
            #"\u0000"#, #"\u0041"#, #"\u00E9"#, #"\uFFFF"#, #"\ud83d\ude00"#, #"\uD83D\uDE00"#,
        ]
        var text = (0..<index(below: 6)).map { _ in pieces[index(below: pieces.count)] }.joined()
        if chance(3) { text += [#"\ud800"#, #"\udc00"#, #"\udc00\ud800"#, #"\ud800\u0041"#][index(below: 4)] }
        return "\"\(text)\""
    }
}
