import { expect, it } from '@jest/globals'
import { SlowSink } from '../../cli-kit/test-suites/slow-sink.ts'
import { openOutput } from '../src/output.ts'

it('standard output asks for the next piece when the reader has taken the last one', async () => {
  let made = 0
  async function* document(): AsyncGenerator<string> {
    while (made < 3) yield String(++made)
  }
  const sink = new SlowSink()
  await using output = await openOutput('', sink)
  const written = output.write(document())
  for (let piece = 1; piece <= 3; piece++) {
    await sink.isWaitedFor()
    expect(made).toBe(piece)
    sink.emit('drain')
  }
  await written
  expect(sink.pieces).toEqual(['1', '2', '3'])
})

it('standard output that takes everything is not waited for', async () => {
  const pieces: string[] = []
  await using output = await openOutput('', { write: (piece) => pieces.push(piece) })
  await output.write(ReadableStream.from(['1', '2']))
  expect(pieces).toEqual(['1', '2'])
})
