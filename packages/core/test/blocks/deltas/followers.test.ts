import { describe, expect, it } from '@jest/globals'
import { MAX_PUSHED, MAX_PUSHED_BYTES } from '../../../src/blocks/deltas/defaults.ts'
import { Followers } from '../../../src/blocks/deltas/followers.ts'
import { PushedBlocks } from '../../../src/blocks/deltas/pushed-blocks.ts'

const block = (n: number, size = 1): Uint8Array => new Uint8Array(size).fill(n)

describe('Followers', () => {
  it('gives each follower what is pushed from then on, in order', async () => {
    const followers = new Followers()
    followers.push([block(0)])
    const end = new AbortController()
    const feed = followers.follow('a', end.signal)
    const first = feed.next()
    followers.push([block(1), block(2)])
    expect((await first).value).toEqual([block(1), block(2)])
    followers.push([block(3)])
    followers.push([block(4)])
    expect((await feed.next()).value).toEqual([block(3), block(4)])
    const last = feed.next()
    end.abort(new Error('gone'))
    await expect(last).rejects.toThrow('gone')
    followers.push([block(5)])
  })

  it('holds a bounded number of blocks and bytes for one that does not take them', async () => {
    const followers = new Followers()
    const slow = followers.follow('slow', new AbortController().signal)
    const first = slow.next()
    for (let i = 0; i < 2 * MAX_PUSHED; i++) followers.push([block(i)])
    let count = (await first).value?.length ?? 0
    expect(count).toBe(MAX_PUSHED)
    const large = slow.next()
    for (let i = 0; i < 10; i++) followers.push([block(i, MAX_PUSHED_BYTES / 4)])
    count = ((await large).value?.length ?? 0) + 3
    for (let i = 0; i < 3; i++) expect((await slow.next()).value).toHaveLength(1)
    expect(count).toBe(4)
  })

  it('serves a peer on its newest stream only', async () => {
    const followers = new Followers()
    const old = followers.follow('a', new AbortController().signal).next()
    const next = followers.follow('a', new AbortController().signal).next()
    followers.push([block(1)])
    expect((await next).value).toEqual([block(1)])
    await expect(old).rejects.toThrow('another stream')
  })
})

describe('PushedBlocks', () => {
  it('drops the oldest when there are too many, or too large ones', () => {
    const pushed = new PushedBlocks()
    for (let i = 0; i <= MAX_PUSHED; i++) pushed.add(`${i}`, block(i))
    expect(pushed.take('0')).toBeUndefined()
    expect(pushed.take('1')).toEqual(block(1))
    expect(pushed.take('1')).toBeUndefined()
    pushed.add('large', block(1, MAX_PUSHED_BYTES))
    expect(pushed.take('2')).toBeUndefined()
    expect(pushed.take('large')).toHaveLength(MAX_PUSHED_BYTES)
  })
})
