import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from '@jest/globals'
import { LineWriter } from '../../src/common/line-writer.ts'

const ENOUGH = 5_000_000

it('gives others a turn though neither the source nor the client makes it wait', async () => {
  const response = new PassThrough() as unknown as ServerResponse & PassThrough
  response.resume()
  let hadTurn = false
  setTimeout(() => (hadTurn = true), 0)
  let given = 0
  async function* lines(): AsyncGenerator<string, void, undefined> {
    for (; !hadTurn && given < ENOUGH; given++) yield 'a line\n'
  }
  const writer = new LineWriter(response, () => {})
  await writer.writeAll(lines(), new AbortController().signal)
  expect(hadTurn).toBe(true)
  expect(writer.bytes).toBe(given * 'a line\n'.length)
})

it('gives others as many turns where a hundred answers are written as where there is one', async () => {
  const abort = new AbortController()
  let working = new Set<number>()
  async function* lines(writer: number): AsyncGenerator<string, void, undefined> {
    for (;;) {
      working.add(writer)
      yield 'a line\n'
    }
  }
  const writers = Array.from({ length: 100 }, async (_, i) => {
    const response = new PassThrough() as unknown as ServerResponse & PassThrough
    response.resume()
    await new LineWriter(response, () => {}).writeAll(lines(i), abort.signal)
  })
  // All of them begin.
  await nextTurn()
  const atWork: number[] = []
  for (let turn = 0; turn < 20; turn++) {
    working = new Set()
    await nextTurn()
    atWork.push(working.size)
  }
  abort.abort(new Error('enough'))
  await Promise.allSettled(writers)
  expect(Math.max(...atWork)).toBeLessThan(10)
})
