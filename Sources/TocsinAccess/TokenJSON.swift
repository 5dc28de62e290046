import Tocsin

/// Reads the JSON in a token: what of it counts, and that once. Which counts of two members of one name would be for each
/// reader to say (RFC 7519 4); what nobody looks at may be there as often as it likes.
enum TokenJSON {
    private static let headerNames: Set = ["alg", "kid", "crit"]
    private static let claimNames: Set = ["sub", "iss", "jti", "exp", "nbf", "iat", "aud", "tocsin"]
    private static let accessNames: Set = ["publish", "subscribe", "admin"]

    /// - Throws: ``TokenFault/malformed``.
    static func header(_ json: [UInt8]) throws(TokenFault) -> SignedToken.Header {
        var header = SignedToken.Header(algorithm: nil, keyID: nil, isCritical: false)
        try read(json) { reader in
            var seen = Set<String>(minimumCapacity: 3)
            while let name = try reader.nextMember(of: headerNames, &seen) {
                switch name {
                case "alg": header.algorithm = try reader.textOrNothing()
                case "kid": header.keyID = try reader.textOrNothing()
                default:
                    header.isCritical = true
                    _ = try reader.value()
                }
            }
        }
        return header
    }

    /// - Throws: ``TokenFault/malformed``, or ``TokenFault/claim(_:)`` for one that is something else than it has to be.
    static func claims(_ json: [UInt8]) throws(TokenFault) -> TokenClaims {
        var claims = TokenClaims()
        try read(json) { reader in
            var seen = Set<String>(minimumCapacity: 8)
            while let name = try reader.nextMember(of: claimNames, &seen) {
                switch name {
                case "sub": claims.sub = try reader.text(else: .claim(name))
                case "iss": claims.iss = try reader.text(else: .claim(name))
                case "jti": claims.jti = try reader.text(else: .claim(name))
                case "exp": claims.exp = try reader.double(else: .claim(name))
                case "nbf": claims.nbf = try reader.double(else: .claim(name))
                case "iat": claims.iat = try reader.double(else: .claim(name))
                case "aud": claims.aud = try audience(&reader)
                default: claims.tocsin = try access(&reader)
                }
            }
        }
        return claims
    }

    private static func audience(_ reader: inout JSONReader) throws -> TokenClaims.Audience? {
        switch try reader.nextKind() {
        case .array: try reader.texts(else: .claim("aud")).map(TokenClaims.Audience.several)
        default: try reader.text(else: .claim("aud")).map(TokenClaims.Audience.one)
        }
    }

    private static func access(_ reader: inout JSONReader) throws -> TokenClaims.Access? {
        switch try reader.nextKind() {
        case .object: break
        case .null:
            try reader.literal()
            return nil
        default: throw TokenFault.claim("tocsin")
        }
        try reader.enter()
        var access = TokenClaims.Access()
        var seen = Set<String>(minimumCapacity: 3)
        while let name = try reader.nextMember(of: accessNames, &seen) {
            switch name {
            case "publish": access.publish = try reader.texts(else: .claim("tocsin.publish"))
            case "subscribe": access.subscribe = try reader.texts(else: .claim("tocsin.subscribe"))
            default: access.admin = try reader.boolean(else: .claim("tocsin.admin"))
            }
        }
        return access
    }

    /// Reads a whole text, which must be an object and nothing else.
    private static func read(
        _ json: [UInt8], _ members: (inout JSONReader) throws -> Void
    ) throws(TokenFault) {
        do {
            try json.withUnsafeBufferPointer { bytes in
                var reader = JSONReader(bytes)
                guard try reader.nextKind() == .object else { throw TokenFault.malformed }
                try reader.enter()
                try members(&reader)
                try reader.finish()
            }
        } catch {
            throw error as? TokenFault ?? .malformed
        }
    }
}

// Values that may also be null, which says as much as nothing.
extension JSONReader {
    /// Reads over the members that nobody looks at.
    ///
    /// - Returns: the name of the next that is known; `nil` at the object's end.
    fileprivate mutating func nextMember(of known: Set<String>, _ seen: inout Set<String>) throws -> String? {
        while let token = try nextMember() {
            let name = try text(of: token)
            guard known.contains(name) else {
                _ = try value()
                continue
            }
            guard seen.insert(name).inserted else { throw TokenFault.malformed }
            return name
        }
        return nil
    }

    fileprivate mutating func text(else fault: TokenFault) throws -> String? {
        switch try nextKind() {
        case .string: return try text(of: try string())
        case .null:
            try literal()
            return nil
        default: throw fault
        }
    }

    /// - Returns: `nil` for a value of another kind.
    fileprivate mutating func textOrNothing() throws -> String? {
        guard try nextKind() != .string else { return try text(of: try string()) }
        _ = try value()
        return nil
    }

    fileprivate mutating func double(else fault: TokenFault) throws -> Double? {
        switch try nextKind() {
        case .number: return Double(String(decoding: bytes[try number().range], as: UTF8.self))
        case .null:
            try literal()
            return nil
        default: throw fault
        }
    }

    fileprivate mutating func boolean(else fault: TokenFault) throws -> Bool? {
        switch try nextKind() {
        case .boolean, .null: return try literal()
        default: throw fault
        }
    }

    fileprivate mutating func texts(else fault: TokenFault) throws -> [String]? {
        switch try nextKind() {
        case .array: break
        case .null:
            try literal()
            return nil
        default: throw fault
        }
        try enter()
        var texts: [String] = []
        while try nextElement() {
            guard let text = try text(else: fault) else { throw fault }
            texts.append(text)
        }
        return texts
    }
}
