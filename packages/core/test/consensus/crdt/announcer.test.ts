import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { CID } from 'multiformats/cid'
import { nullLogger } from '../../../src/util/logger.ts'
import { Announcer } from '../../../src/consensus/crdt/announcer.ts'
import { decodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import { Heads } from '../../../src/consensus/crdt/heads.ts'
import { someCid } from '../../blocks/support.ts'

const [ONE, TWO, THREE] = [someCid('one'), someCid('two'), someCid('three')]

describe('Announcer', () => {
  const told: string[][] = []
  let announcer: Announcer

  beforeEach(() => {
    jest.useFakeTimers({ advanceTimers: false })
    told.length = 0
    announcer = new Announcer({
      broadcaster: {
        publish: async (data) => void told.push(decodeBroadcast(data).map(String)),
        subscribe: () => () => {}
      },
      heads: () => new Heads(),
      interval: 60_000,
      log: nullLogger.forComponent('crdt')
    })
  })
  afterEach(async () => {
    jest.useRealTimers()
    await announcer.stop()
  })

  const texts = (...cids: CID[]): string[] => cids.map(String)

  it('tells of a head at once', async () => {
    announcer.announce(ONE)
    await Promise.resolve()
    expect(told).toEqual([texts(ONE)])
  })

  it('tells only of the last of the heads that come while there is no hurry', async () => {
    announcer.announce(ONE, 20)
    announcer.announce(TWO, 20)
    await jest.advanceTimersByTimeAsync(19)
    expect(told).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    expect(told).toEqual([texts(TWO)])
    await jest.advanceTimersByTimeAsync(60)
    expect(told).toHaveLength(1)
  })

  it('tells of a flood that is in no hurry five times a second, the last head last', async () => {
    const heads = Array.from({ length: 100 }, (_, i) => someCid(`head ${i}`))
    for (const head of heads) {
      announcer.announce(head, 20)
      await jest.advanceTimersByTimeAsync(10)
    }
    await jest.advanceTimersByTimeAsync(200)
    expect(told).toHaveLength(6)
    expect(told.at(-1)).toEqual(texts(heads.at(-1)!))
  })

  it('does not wait with a head that is urgent, nor say it twice', async () => {
    announcer.announce(ONE, 20)
    announcer.announce(TWO)
    await jest.advanceTimersByTimeAsync(100)
    expect(told).toEqual([texts(TWO)])
    announcer.announce(THREE, 20)
    await jest.advanceTimersByTimeAsync(200)
    expect(told).toEqual([texts(TWO), texts(THREE)])
  })

  it('says what it has not said yet when it stops', async () => {
    announcer.announce(ONE, 20)
    jest.useRealTimers()
    await announcer.stop()
    expect(told).toEqual([texts(ONE)])
  })
})
