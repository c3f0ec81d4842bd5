import { PATIENCE, UNUSUAL_AT_FIRST } from './defaults.ts'

/** How much longer than usual a call may be silent. */
const MARGIN = 8
/** The same for a call that may go on, but does not count any more. */
const UNUSUAL = 1.5
/** Share of the newest observation in what counts as usual. */
const WEIGHT = 0.2
/** Fewer silent pins than this in a row say nothing of the network. */
const LEAST_CROWD = 10

/**
 * How long a pin may be silent before it has to give its slot to one that waits. What counts is how long pins that go
 * well take to show life on this node and network: milliseconds for content that is there, seconds where it has to be
 * found. As long as nothing is known it is short, and grows while nobody shows life.
 */
export class Patience {
  readonly #crowd: number
  #milliseconds: number = PATIENCE.initial
  #usual: number | undefined
  #misses = 0

  /** @param slots - pins at the same moment; as many that are silent in a row say that the time is short */
  constructor(slots: number) {
    this.#crowd = Math.max(LEAST_CROWD, slots)
  }

  get milliseconds(): number {
    return this.#milliseconds
  }

  /** How long a pin is silent that is out of the usual. */
  get unusual(): number {
    return this.#usual === undefined ? UNUSUAL_AT_FIRST : Math.max(PATIENCE.min, UNUSUAL * this.#usual)
  }

  /** A pin has shown life that long after its start: a first block, or its end. */
  sawLife(after: number): void {
    this.#usual = this.#usual === undefined ? after : this.#usual + WEIGHT * (after - this.#usual)
    this.#milliseconds = Math.min(PATIENCE.max, Math.max(PATIENCE.min, MARGIN * this.#usual))
    this.#misses = 0
  }

  /** A pin has shown none, and had to go. */
  sawNone(): void {
    if (++this.#misses < this.#crowd) return
    this.#misses = 0
    this.#milliseconds = Math.max(this.#milliseconds, Math.min(PATIENCE.unknown, this.#milliseconds * 2))
  }
}
