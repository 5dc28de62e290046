/// An alarm as one listener gets it: in the language that was chosen for it.
public struct DeliveredAlarm: Sendable {
    /// The alarm with all that was published.
    public let entry: Entry
    /// See ``Variants``.
    let variant: Int

    /// Grows from alarm to alarm; a stream can start after it, see ``StartingPoint/after(_:)``.
    public var id: AlarmID { entry.id }

    /// When it was committed.
    public var publishedAt: Timestamp { entry.publishedAt }

    /// What it is called.
    public var event: EventName { entry.alarm.event }

    /// What it says to this listener.
    public var content: Content {
        // An alarm has data or a translation, and the variant without data is chosen only where there is some.
        translation?.content ?? entry.alarm.data ?? .text("")
    }

    /// The language of ``content``; `nil` for the alarm's data, which has none.
    public var language: LanguageTag? { translation?.language }

    private var translation: Translation? {
        variant == 0 ? nil : entry.alarm.translations[variant - 1]
    }
}
