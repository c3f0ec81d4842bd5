/** Times in milliseconds. */

/** Pins that one peer places anew at the same time, and is then waiting for to have their content. */
export const DEFAULT_CONCURRENCY = 1000

/** Pins that are seen to at the same moment: each asks one peer at a time, and those that change make one delta together. */
export const PARALLEL = 24

/** How often the pins that are being moved are looked at. */
export const RECHECK_INTERVAL = 2000

/** Looks that a pin is left out of at most, when the last ones have found that nothing has changed. */
export const LONGEST_PAUSE = 16

/** A pin that has not got its content for so long makes room for others; a later walk finds it again. */
export const STALLED_AFTER = 5 * 60 * 1000

/** Failures whose reasons are logged in one walk; the others are only counted. */
export const LOGGED_FAILURES = 5

/** A list of peers that is longer than it should be is left alone for so long: somebody may be moving the pin. */
export const SETTLE_TIME = 60 * 60 * 1000

/** Peers of another release do their share when they notice a loss; after this long it is ours to do. */
export const OVERDUE_AFTER = 60 * 1000

/** Marks that are kept, those that were taken away included, and how long the latter are. */
export const MAX_MARKS = 1000
export const FORGET_AFTER = 30 * 24 * 60 * 60 * 1000

/** Marks that are told in one message. */
export const MARKS_IN_MESSAGE = 100

/** Peers that have just come are told the marks together, and not more often than this. */
export const TELL_DELAY = 200

/** Moves that one plan holds; the next plan goes on from there. */
export const MAX_MOVES = 10_000

/** Milliseconds from a pin that has to be seen to until the pinset is walked over: pins seldom come alone. */
export const NOTED_DELAY = 2000
