import { describe, expect, it } from '@jest/globals'
import { GroupCommit } from '../../../src/consensus/crdt/group-commit.ts'

/** A commit that takes until it is told to end. */
class ManualCommit {
  readonly groups: number[][] = []
  #ends: PromiseWithResolvers<void>[] = []

  readonly commit = (items: readonly number[]): Promise<void> => {
    this.groups.push([...items])
    const end = Promise.withResolvers<void>()
    this.#ends.push(end)
    return end.promise
  }

  async end(error?: Error): Promise<void> {
    while (this.#ends.length === 0) await tick()
    const end = this.#ends.shift()!
    if (error === undefined) end.resolve()
    else end.reject(error)
    await tick()
  }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function setUp(limits: { maxSize?: number; maxWaiting?: number } = {}): {
  manual: ManualCommit
  group: GroupCommit<number>
} {
  const manual = new ManualCommit()
  const group = new GroupCommit<number>({
    commit: manual.commit,
    sizeOf: (n) => n,
    maxSize: 1000,
    maxWaiting: 1000,
    ...limits
  })
  return { manual, group }
}

describe('GroupCommit', () => {
  it('commits a lone item at once, and what comes meanwhile together', async () => {
    const { manual, group } = setUp()
    const first = group.add(1)
    await tick()
    expect(manual.groups).toEqual([[1]])
    const others = [2, 3, 4].map((n) => group.add(n))
    await manual.end()
    await first
    await tick()
    expect(manual.groups).toEqual([[1], [2, 3, 4]])
    await manual.end()
    await Promise.all(others)
  })

  it('lets those that were just answered into the next group', async () => {
    const { manual, group } = setUp()
    const caller = async (from: number): Promise<void> => {
      for (let i = 0; i < 3; i++) await group.add(from + i)
    }
    const done = Promise.all([caller(10), caller(20), caller(30)])
    for (let i = 0; i < 3; i++) await manual.end()
    await done
    expect(manual.groups).toEqual([
      [10, 20, 30],
      [11, 21, 31],
      [12, 22, 32]
    ])
  })

  it('closes a group that is large enough', async () => {
    const { manual, group } = setUp({ maxSize: 10 })
    const all = Promise.all([4, 4, 4, 20, 1].map((n) => group.add(n)))
    for (let i = 0; i < 4; i++) await manual.end()
    await all
    expect(manual.groups).toEqual([[4, 4], [4], [20], [1]])
  })

  it('tells everybody of a group that it failed, and goes on', async () => {
    const { manual, group } = setUp()
    const failing = [1, 2].map((n) => group.add(n))
    const settled = Promise.allSettled(failing)
    await manual.end(new Error('no room'))
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = group.add(3)
    await manual.end()
    await next
  })

  it('lets nobody in beyond its bound until there is room', async () => {
    const { manual, group } = setUp({ maxWaiting: 2 })
    const done: number[] = []
    const add = (n: number): Promise<void> => group.add(n).then(() => void done.push(n))
    const all = [1, 2, 3].map(add)
    const abort = new AbortController()
    const given = group.add(4, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await manual.end()
    expect(manual.groups[0]).toEqual([1, 2])
    await manual.end()
    await Promise.all(all)
    expect(manual.groups).toEqual([[1, 2], [3]])
    expect(done).toEqual([1, 2, 3])
  })

  it('is idle when everything is committed', async () => {
    const { manual, group } = setUp()
    await group.idle()
    void group.add(1)
    let isIdle = false
    const idle = group.idle().then(() => (isIdle = true))
    await tick()
    expect(isIdle).toBe(false)
    await manual.end()
    await idle
  })
})
