import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
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
