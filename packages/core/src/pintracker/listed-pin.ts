import type { PinInfo, TrackerStatus } from '@ipfs-cluster/api'
import { decodePin, pinKeyToCid } from '../codec/index.ts'
import type { Answerer } from './status.ts'
import { restInfo } from './status.ts'

/**
 * State of an item of the pinset which has no operation: all that there is to say follows from the pin, which is not
 * decoded, as a listing may have millions of them.
 */
export interface PinAtRest {
  /** Key of the pin in the pinset. */
  readonly key: string
  /** The pin as it is stored. */
  readonly value: Uint8Array
  readonly status: TrackerStatus
}

/** State of a CID of which there is more to say. */
export interface PinUnderWay {
  readonly key: string
  readonly value?: undefined
  readonly info: PinInfo
  /** Set where the info tells nothing of the peer's own but that the pin is at rest. */
  readonly rest?: Rest | undefined
}

/** How a pin is at rest, and when it was made as far as the peer knows. */
export interface Rest {
  readonly status: TrackerStatus
  /** Unix seconds. */
  readonly timestamp: number
}

export type ListedPin = PinAtRest | PinUnderWay

/** A part of what one peer lists. */
export interface PinListing {
  readonly answerer: Answerer
  readonly pins: readonly ListedPin[]
}

/** What a peer says of one item. */
export function infoOf(answerer: Answerer, pin: ListedPin): PinInfo {
  if (pin.value === undefined) return pin.info
  return restInfo(decodePin(pin.value, pinKeyToCid(pin.key)), answerer, pin.status)
}

/**
 * Two lists in the order of their keys as one. Of an item that is in both, that of the first list is given.
 *
 * @param others - few beside the first list: one to a part
 */
export async function* withOthers(
  listing: AsyncIterable<PinListing>,
  others: AsyncIterable<PinListing>
): AsyncGenerator<PinListing, void, undefined> {
  const iterator = others[Symbol.asyncIterator]()
  let isBegun = false
  let other: PinListing | undefined
  const advance = async (): Promise<void> => {
    isBegun = true
    const next = await iterator.next()
    other = next.done === true ? undefined : next.value
  }
  try {
    for await (const part of listing) {
      if (!isBegun) await advance()
      const pins: ListedPin[] = []
      for (const pin of part.pins) {
        for (; other !== undefined && keyIn(other) <= pin.key; await advance()) {
          if (keyIn(other) !== pin.key) pins.push(...other.pins)
        }
        pins.push(pin)
      }
      yield { answerer: part.answerer, pins }
    }
    if (!isBegun) await advance()
    for (; other !== undefined; await advance()) yield other
  } finally {
    await iterator.return?.()
  }
}

function keyIn({ pins: [first] }: PinListing): string {
  return first?.key ?? ''
}
