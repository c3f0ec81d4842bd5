import { describe, expect, it } from '@jest/globals'
import { Time } from '@ipfs-cluster/api'
import { RestCounts } from '../../src/pintracker/rest-counts.ts'

const NOTHING = { queued: 0, running: 0, error: 0 }
const IDLE = { pin: NOTHING, unpin: NOTHING, remote: NOTHING }

function inSeconds(seconds: number): Time {
  return Time.fromUnixNanoseconds(Time.now().toUnixNanoseconds() + BigInt(seconds) * 1_000_000_000n)
}

describe('counts of what is at rest', () => {
  it('are to be made before they are known, and when something has changed a while ago', () => {
    const counts = new RestCounts()
    expect(counts.isOutdated(Time.now())).toBe(true)
    counts.newTally().done()
    expect(counts.isOutdated(inSeconds(3600))).toBe(false)
    counts.changed()
    expect(counts.isOutdated(Time.now())).toBe(false)
    expect(counts.isOutdated(inSeconds(11))).toBe(true)
    const tally = counts.newTally()
    tally.add('remote')
    // While it is compared more may come.
    counts.changed()
    tally.done()
    expect(counts.isOutdated(inSeconds(11))).toBe(true)
    expect(counts.with(3, IDLE, false).statuses).toEqual({ remote: 1, pinned: 2 })
    counts.newTally().done()
    expect(counts.isOutdated(inSeconds(11))).toBe(false)
  })
})
