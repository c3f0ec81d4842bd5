import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ByteStream } from '../src/network/byte-stream.ts'

/** How the suite gets streams. */
export interface ByteStreamFixture {
  start?(): Promise<void>
  stop?(): Promise<void>
  /** Both ends of a new stream. */
  open(): Promise<[ByteStream, ByteStream]>
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

async function readText(stream: ByteStream): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

/** Resolves when the promise has stayed pending for long enough that something must hold it. */
async function staysPending(promise: Promise<unknown>): Promise<void> {
  let isSettled = false
  const settle = (): void => void (isSettled = true)
  promise.then(settle, settle)
  for (let i = 0; i < 10; i++) await turn()
  expect(isSettled).toBe(false)
}

/** What every implementation of ByteStream must do. */
export function describeByteStream(name: string, fixture: ByteStreamFixture): void {
  describe(`${name} as a ByteStream`, () => {
    beforeAll(async () => fixture.start?.())
    afterAll(async () => fixture.stop?.())

    it('carries bytes both ways, each direction ended for itself', async () => {
      const [a, b] = await fixture.open()
      await a.write(bytes('question'))
      await a.closeWrite()
      expect(await readText(b)).toBe('question')
      await b.write(bytes('ans'))
      await b.write(bytes('wer'))
      await b.close()
      expect(await readText(a)).toBe('answer')
      await a.close()
      expect([a.broken.aborted, b.broken.aborted]).toEqual([false, false])
    })

    it('tells of an end that came before anybody read', async () => {
      const [a, b] = await fixture.open()
      await a.write(bytes('early'))
      await a.closeWrite()
      await turn()
      await turn()
      expect(await readText(b)).toBe('early')
      const [c, d] = await fixture.open()
      await c.closeWrite()
      await turn()
      expect(await readText(d)).toBe('')
      for (const stream of [a, b, c, d]) await stream.close()
    })

    it('goes on with a later loop where an earlier one was left', async () => {
      const [a, b] = await fixture.open()
      await a.write(bytes('one'))
      for await (const chunk of b) {
        expect(Buffer.from(chunk).toString()).toBe('one')
        break
      }
      await a.write(bytes('two'))
      await a.closeWrite()
      expect(await readText(b)).toBe('two')
      await b.close()
    })

    it('holds the writer while nobody reads, and loses nothing', async () => {
      const [a, b] = await fixture.open()
      const chunk = new Uint8Array(1024 * 1024).fill(7)
      const total = 64
      let written = 0
      const writing = (async () => {
        for (; written < total; written++) await a.write(chunk)
        await a.closeWrite()
      })()
      await staysPending(writing)
      expect(written).toBeLessThan(total / 2)
      let size = 0
      for await (const each of b) size += each.length
      await writing
      expect(size).toBe(total * chunk.length)
      await b.close()
    })

    it('a reset ends what waits on the other side with an error', async () => {
      const [a, b] = await fixture.open()
      await a.write(bytes('x'))
      const reading = readText(b)
      a.abort(new Error('enough'))
      await expect(reading).rejects.toThrow()
      expect(b.broken.aborted).toBe(true)
      await expect(b.write(bytes('y'))).rejects.toThrow()
      await expect(readText(a)).rejects.toThrow('enough')
      expect(a.broken.reason).toMatchObject({ message: 'enough' })
    })

    it('a reset lets go of a writer that waits', async () => {
      const [a, b] = await fixture.open()
      const writing = (async () => {
        for (;;) await a.write(new Uint8Array(1024 * 1024))
      })()
      const failing = expect(writing).rejects.toThrow()
      await staysPending(writing)
      b.abort(new Error('enough'))
      await failing
    })

    it('close throws away what still comes', async () => {
      const [a, b] = await fixture.open()
      await b.close()
      await a.write(bytes('too late'))
      await a.closeWrite()
      expect(await readText(b)).toBe('')
      expect(await readText(a)).toBe('')
      await a.close()
    })
  })
}
