import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { FingerprintSet } from '../../src/dag/fingerprint-set.ts'
import { Leases } from '../../src/pins/leases.ts'

const block = (i: number): Uint8Array => Buffer.from(`block ${i}`)

afterEach(() => {
  jest.restoreAllMocks()
})

describe('Leases', () => {
  it('hold what was touched before a collection and while it runs, to its end', async () => {
    const leases = new Leases()
    const before = leases.take()
    before.touch(block(0))
    await leases.beginCollection()
    const since = leases.take()
    since.touch(block(1))
    before.touch(block(2))
    before.release()
    since.release()
    expect([0, 1, 2, 3].map((i) => leases.holds(block(i)))).toEqual([true, true, true, false])
    leases.endCollection()
    expect([0, 1, 2].map((i) => leases.holds(block(i)))).toEqual([false, false, false])
  })

  it('hold what is touched while a collection takes over what was touched before', async () => {
    const leases = new Leases()
    const lease = leases.take()
    for (let i = 0; i < 1000; i++) lease.touch(block(i))
    const begun = leases.beginCollection()
    lease.touch(block(1000))
    lease.release()
    await begun
    for (let i = 0; i <= 1000; i++) expect(leases.holds(block(i))).toBe(true)
  })

  it('are asked once for a block, however many there have been since the collection began', async () => {
    const leases = new Leases()
    await leases.beginCollection()
    for (let i = 0; i < 500; i++) {
      using lease = leases.take()
      lease.touch(block(i))
    }
    const has = jest.spyOn(FingerprintSet.prototype, 'has')
    expect(leases.holds(block(-1))).toBe(false)
    expect(has).toHaveBeenCalledTimes(1)
  })
})
