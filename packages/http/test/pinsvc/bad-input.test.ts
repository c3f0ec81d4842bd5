import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cidTextOf, pinOf, servePinsvc } from './service.ts'
import type { ServedPinsvc } from './service.ts'

let served: ServedPinsvc
beforeAll(async () => {
  served = await servePinsvc()
  served.cluster.put(pinOf(1, 1_795_253_828))
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'null', '-1', '1e9', '%', '{', '🙈')
)
const parameter = fc.constantFrom(
  'cid',
  'name',
  'match',
  'status',
  'before',
  'after',
  'limit',
  'meta',
  'meta[',
  'meta[a]'
)
const query = fc
  .array(fc.tuple(parameter, text, fc.boolean()), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, value, isRaw]) => `${name}=${isRaw ? plain(value) : encode(value)}`).join('&'))
const member = fc.oneof(fc.jsonValue(), text, fc.constant(cidTextOf(1)), fc.array(text), fc.dictionary(text, text))
const body = fc.oneof(
  text,
  fc.json(),
  fc
    .record({ cid: member, name: member, origins: member, meta: member }, { requiredKeys: [] })
    .map((pin) => JSON.stringify(pin))
)
const id = fc.oneof(text.map(encode), fc.constant(cidTextOf(1)), fc.constant('__proto__'))

const request = fc.oneof(
  query.map((each) => ({ method: 'GET', path: `/pins?${each}`, body: '' })),
  body.map((each) => ({ method: 'POST', path: '/pins', body: each })),
  fc.tuple(id, body).map(([each, content]) => ({ method: 'POST', path: `/pins/${each}`, body: content })),
  fc
    .tuple(fc.constantFrom('GET', 'DELETE', 'PUT', 'HEAD', 'PATCH'), id)
    .map(([method, each]) => ({ method, path: `/pins/${each}`, body: '' }))
)

it('answers malformed requests, says what is wrong, and goes on', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      const { status, body: answer } = await served.ask(each)
      expect([200, 202, 307, 308, 400, 404, 405]).toContain(status)
      if (answer.startsWith('{"error"')) {
        expect(JSON.parse(answer)).toEqual({
          error: { reason: expect.stringMatching(/^[A-Z_]+$/), details: expect.stringMatching(/./s) }
        })
      }
    }),
    { numRuns: 300 }
  )
  expect((await served.ask({ path: '/health' })).status).toBe(204)
})

function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed())
}

/** What can stand in a request line without ending it. */
function plain(value: string): string {
  return value.replace(/[^!-~]/g, '')
}
