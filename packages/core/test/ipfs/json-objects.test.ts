import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { JsonObjects } from '../../src/ipfs/json-objects.ts'

/** The objects of a text that comes in pieces that end at these places. */
function objectsOf(text: string, cuts: readonly number[] = []): unknown[] {
  const bytes = Buffer.from(text)
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const objects = new JsonObjects()
  const found: unknown[] = []
  let start = 0
  for (const end of [...ends, bytes.length]) {
    for (const object of objects.push(bytes.subarray(start, end))) found.push(JSON.parse(object))
    start = end
  }
  objects.end()
  return found
}

const cuts = fc.array(fc.nat(), { maxLength: 10 })
const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue())

describe('JsonObjects', () => {
  it('gives each object of a stream, with whatever space between, in whatever pieces', () => {
    const space = fc.constantFrom('', '\n', '\r\n', ' \t')
    fc.assert(
      fc.property(fc.array(object), space, cuts, (items, between, places) => {
        const documents = items
          .filter((item) => !('Keys' in item))
          .map((item) => JSON.parse(JSON.stringify(item)) as unknown)
        const text = documents.map((item) => JSON.stringify(item) + between).join('')
        expect(objectsOf(text, places)).toEqual(documents)
      })
    )
  })

  it('gives each member of the map of an older node', () => {
    const members = fc.uniqueArray(fc.tuple(fc.string(), object), { selector: ([key]) => key })
    fc.assert(
      fc.property(members, fc.constantFrom(undefined, 1, '\t'), cuts, (items, indent, places) => {
        const entries = items.map(
          ([key, value]) => JSON.parse(JSON.stringify({ [key]: value })) as Record<string, unknown>
        )
        const body = entries.map((entry) => JSON.stringify(entry, null, indent).slice(1, -1)).join(', ')
        expect(objectsOf(`{"Keys": {${body}}}\n{"Keys":{}}`, places)).toEqual(entries)
      })
    )
  })

  it.each(['<html>', '[{}]', 'null', '{}x', '"text"', '}', '{}}'])('refuses %s', (text) => {
    expect(() => objectsOf(text)).toThrow(SyntaxError)
  })

  it.each(['{', '{"a":"}', '{"Keys":{"a":{}', '{"a":{}'])('refuses what breaks off: %s', (text) => {
    expect(() => objectsOf(text)).toThrow('breaks off')
  })

  it('refuses an object that never ends before it has filled the memory', () => {
    const objects = new JsonObjects()
    const piece = Buffer.alloc(65_536, 'x')
    const pushAll = (): void => {
      for (let i = 0; i < 100; i++) for (const _ of objects.push(i === 0 ? Buffer.from('{"a":"') : piece));
    }
    expect(pushAll).toThrow('more than 1 MiB')
  })

  it('does not keep the bytes of a map that has many members', () => {
    const objects = new JsonObjects()
    const member = Buffer.from('"a":{"Type":"recursive"},'.repeat(1000))
    let count = 0
    for (const _ of objects.push(Buffer.from('{"Keys":{'))) count++
    for (let i = 0; i < 200; i++) for (const _ of objects.push(member)) count++
    expect(count).toBe(200_000)
  })
})
