extension Alarm {
    /// An alarm that can be published as it is.
    ///
    /// ```swift
    /// let alarm = try Alarm(
    ///     to: .user(named: "tiaz"), event: "reservation", data: .text("Your table is ready."),
    ///     translations: [Translation("ko", .text("자리가 준비되었습니다."))], ttl: .seconds(3600))
    /// ```
    ///
    /// O(bytes of its content).
    ///
    /// - Parameters:
    ///   - audience: whom it concerns. A name that is given twice counts once.
    ///   - event: what it is called; see ``EventName``.
    ///   - data: what readers see who want none of the languages of `translations`. JSON is checked, and loses the white space
    ///     between its tokens; a JSON string is the same as a text.
    ///   - translations: what readers of other languages see, each language once. Without `data` the first is for readers who
    ///     want none of them, unless the hub has a default language.
    ///   - retry: how long a browser waits before it reconnects, in whole milliseconds; 500 ms to an hour.
    ///   - ttl: after how long it is neither sent, resumed nor listed, a begun second counting as a whole one; 1 s to 365 days,
    ///     `nil` for as long as it is kept.
    ///   - key: the idempotency key: an alarm is published once under a key, however often it is tried. A name like those of
    ///     users.
    /// - Throws: ``InvalidAlarm``, which says what is wrong.
    public init(
        to audience: Audience, event: String = EventName.alarm.string, data: Content? = nil,
        translations: [Translation] = [], retry: Duration? = nil, ttl: Duration? = nil, key: String? = nil
    ) throws(InvalidAlarm) {
        guard data != nil || !translations.isEmpty else { throw InvalidAlarm(reason: .noContent) }
        self.init(
            audience: try audience.checked(), event: try Self.event(event), data: try data?.checked(),
            translations: try Self.checked(translations), retry: try Self.milliseconds(retry),
            ttl: try Self.seconds(ttl), key: try Self.key(key))
    }

    private static func event(_ text: String) throws(InvalidAlarm) -> EventName {
        do throws(InvalidEventName) {
            return try EventName(text)
        } catch {
            throw InvalidAlarm(reason: .event(error))
        }
    }

    private static func key(_ text: String?) throws(InvalidAlarm) -> Name? {
        guard let text else { return nil }
        do throws(InvalidName) {
            return try Name(text)
        } catch {
            throw InvalidAlarm(reason: .key(error))
        }
    }

    private static func checked(_ translations: [Translation]) throws(InvalidAlarm) -> [Translation] {
        var checked: [Translation] = []
        var seen: Set<LanguageTag> = []
        for translation in translations {
            guard seen.insert(translation.language).inserted else {
                throw InvalidAlarm(reason: .repeatedLanguage(translation.language))
            }
            checked.append(Translation(language: translation.language, content: try translation.content.checked()))
        }
        return checked
    }

    private static func milliseconds(_ retry: Duration?) throws(InvalidAlarm) -> Int? {
        guard let retry else { return nil }
        let range = Duration.milliseconds(retryRange.lowerBound)...Duration.milliseconds(retryRange.upperBound)
        guard range.contains(retry) else { throw InvalidAlarm(reason: .retry) }
        // A quotient of durations is a floating-point number, and often a little less than the whole one.
        let (seconds, rest) = retry.components
        return Int(seconds) * 1000 + Int(rest / 1_000_000_000_000_000)
    }

    private static func seconds(_ ttl: Duration?) throws(InvalidAlarm) -> Int? {
        guard let ttl else { return nil }
        guard ttl > .zero, ttl <= .seconds(ttlRange.upperBound) else { throw InvalidAlarm(reason: .ttl) }
        let (seconds, rest) = ttl.components
        return Int(seconds) + (rest > 0 ? 1 : 0)
    }
}

extension Audience {
    fileprivate func checked() throws(InvalidAlarm) -> Audience {
        switch self {
        case .user, .topic, .everyone: self
        case .users(let names): .users(try Self.checked(names))
        case .topics(let names): .topics(try Self.checked(names))
        }
    }

    private static func checked(_ names: [Name]) throws(InvalidAlarm) -> [Name] {
        guard !names.isEmpty else { throw InvalidAlarm(reason: .noNames) }
        var seen: Set<Name> = []
        return names.filter { seen.insert($0).inserted }
    }
}

extension Content {
    fileprivate func checked() throws(InvalidAlarm) -> Content {
        guard case .json(let text) = self else { return self }
        do throws(JSONError) {
            return try Content(json: text.utf8)
        } catch {
            throw InvalidAlarm(reason: .json(error))
        }
    }
}
