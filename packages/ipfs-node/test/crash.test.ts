import { describe, expect, it } from '@jest/globals'
import { create } from 'kubo-rpc-client'
import { startChild } from './child.ts'
import { form, joined, lines, pseudoRandom, temporaryFolder } from './helpers.ts'

/** Rounds of work, kill -9 and restart on one repo. */
const ROUNDS = 4

describe('kill -9', () => {
  it('loses nothing that was acknowledged, and leaves no pin incomplete', async () => {
    const repo = await temporaryFolder()
    const acknowledged = new Map<string, Buffer>()
    for (let round = 0; round < ROUNDS; round++) {
      const child = await startChild(repo)
      const enough = Promise.withResolvers<void>()
      const work = Array.from({ length: 4 }, async (_, worker) => {
        for (let i = 0; ; i++) {
          const content = Buffer.from(pseudoRandom(30_000 * (i + 1), (round + 1) * 1000 + worker * 100 + i + 1))
          const response = await fetch(`${child.api}/add?chunker=size-20000`, {
            method: 'POST',
            body: form({ f: content })
          })
          const [added] = await lines(response)
          acknowledged.set(String(added?.['Hash']), content)
          if (acknowledged.size >= (round + 1) * 8) enough.resolve()
        }
      })
      await enough.promise
      // In the middle of other adds.
      child.process.kill('SIGKILL')
      await child.exited
      await Promise.allSettled(work)
    }
    const child = await startChild(repo)
    const client = create({ url: child.api })
    const pins: string[] = []
    for await (const { cid } of client.pin.ls({ type: 'recursive' })) pins.push(cid.toString())
    for (const [cid, content] of acknowledged) {
      expect(pins).toContain(cid)
      expect(Buffer.compare(await joined(client.cat(cid)), content)).toBe(0)
    }
    expect(await lines(await fetch(`${child.api}/pin/verify`, { method: 'POST' }))).toEqual([])
    // What was not acknowledged takes no space for ever.
    await (await fetch(`${child.api}/repo/gc`, { method: 'POST' })).text()
    for (const [cid, content] of acknowledged) {
      expect(Buffer.compare(await joined(client.cat(cid)), content)).toBe(0)
    }
  }, 60_000)
})
