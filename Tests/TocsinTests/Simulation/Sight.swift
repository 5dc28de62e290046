/// Situations that a simulation must come to, or its checks have proved nothing.
enum Sight: CaseIterable {
    case alarmLive, alarmFromWindow, alarmFromPage, alarmTranslated
    case passedOverWithdrawn, passedOverExpired
    case positionTold, commentTold
    case resetAtOpeningExpired, resetAtOpeningUnknown, resetBehindRetention, resetPastLost, resetPastLostWhileOpening
    case openedBeyondPosition, openedWhereEverythingIsKept
    case fellBack, cutInABlock, brokeInAWrite, brokeWithSibling, stalled, replaced
    case pageFailed, pageFilledTheLimit
    case keyKnown, outcomeUnknown, queueFull, withdrawnTwice
}
