import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { emptyPin, Time } from '@ipfs-cluster/api'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { EventFeed, restRoutes } from '../../src/index.ts'
import { PEER } from '../fake-cluster.ts'
import type { RawAnswer, RawRequest } from '../raw-client.ts'
import { serve } from '../serve.ts'
import type { Served } from '../serve.ts'

const HELLO = 'bafkqabtimvwgy3yk'
const BOUNDARY = 'b0undary'

interface Described {
  operationId: string
  parameters: {
    name: string
    in: 'path' | 'query'
    schema: { enum?: string[]; type?: string; items?: { enum?: string[] } }
  }[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

interface Operation extends Described {
  method: string
  path: string
}

let served: Served
let document: { openapi: string; paths: Record<string, Record<string, Described>>; components: object }
let operations: Operation[]
let ajv: Ajv2020
const validators = new Map<object, ValidateFunction>()

beforeAll(async () => {
  served = await serve()
  const answer = await served.ask({ path: '/openapi.json' })
  document = JSON.parse(answer.body) as typeof document
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ ...described, method: method.toUpperCase(), path }))
  )
  ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'https://api.test/openapi.json', components: document.components })
  served.cluster.put(emptyPin(CID.parse(HELLO)))
  const metric = { name: 'ping', peer: PEER, value: '{}', expire: 1n, valid: true, weight: 0n, partitionable: false }
  served.cluster.metricList = [{ ...metric, receivedAt: 1n }]
  served.cluster.alertList = [{ ...metric, receivedAt: 1n, triggeredAt: Time.parse('2026-01-02T03:04:05Z') }]
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

/** A schema of the document with its references made to lead into it. */
function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const text = JSON.stringify(schema).replaceAll('"#/components', '"https://api.test/openapi.json#/components')
  const validator = ajv.compile(JSON.parse(text) as object)
  validators.set(schema, validator)
  return validator
}

function isLines({ headers }: RawAnswer): boolean {
  return headers.some(([name, value]) => name === 'Trailer' && value === 'X-Stream-Error')
}

/** Fails when an answer is not as the description says. */
function check(operation: Operation, request: RawRequest, answer: RawAnswer): void {
  const what = JSON.stringify({ request, status: answer.status, body: answer.body.slice(0, 500) })
  const response = operation.responses[String(answer.status)]
  // The cluster of this test fails in nothing, so whatever is answered with 500 was not foreseen.
  if (answer.status >= 500) throw new Error(`it failed: ${what}`)
  if (response === undefined) throw new Error(`status is not described: ${what}`)
  const [[type, content] = []] = Object.entries(response.content ?? {})
  if (content === undefined || type === undefined) {
    if (answer.body !== '') throw new Error(`there should be no body: ${what}`)
    return
  }
  const given = answer.headers.find(([name]) => name === 'Content-Type')?.[1]
  if (given !== type) throw new Error(`the type is ${given}: ${what}`)
  const isStream = isLines(answer) && answer.status === 200
  const documents = isStream ? answer.body.split('\n').filter((line) => line !== '') : [answer.body]
  const validate = validatorOf(content.schema)
  for (const text of documents) {
    const value: unknown = JSON.parse(text)
    if (!validate(value)) throw new Error(`${JSON.stringify(validate.errors)}: ${what}`)
  }
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    HELLO,
    PEER,
    '0',
    '-1',
    '99999999999999999999',
    '1h',
    'true',
    '../..',
    '%00',
    'a/b',
    '\u0000',
    'é'
  )
)

function valueOf({ name, schema }: Described['parameters'][number]): fc.Arbitrary<string> {
  const words = schema.enum ?? schema.items?.enum
  const usual = name === 'cid' || name === 'cids' ? HELLO : name === 'peer' ? PEER : '5'
  const choices = [anyText, fc.constant(usual)]
  return words === undefined ? fc.oneof(...choices) : fc.oneof(...choices, fc.constantFrom(...words))
}

const anyJson = fc.json({ maxDepth: 3 })

function bodyOf({
  requestBody
}: Operation): fc.Arbitrary<{ body: string | Uint8Array; headers: Record<string, string> }> {
  const [type] = Object.keys(requestBody?.content ?? {})
  if (type === undefined) return fc.constant({ body: '', headers: {} })
  const documents = fc.oneof(
    anyJson,
    fc.constantFrom(`{"cid":"${HELLO}"}`, `{"peer_id":"${PEER}"}`, '{"moves":[]}'),
    anyJson.map((value) => `{"cid":"${HELLO}","metadata":${value}}`)
  )
  const texts = fc.oneof(
    fc.array(documents, { maxLength: 4 }).map((lines) => lines.join('\n')),
    fc.string()
  )
  const parts = fc.array(fc.tuple(anyText, anyText), { maxLength: 3 }).map((files) => {
    const encoded = files.map(([name, content]) => {
      const head = `Content-Disposition: form-data; name="file"; filename="${encodeURIComponent(name)}"`
      return `--${BOUNDARY}\r\n${head}\r\nContent-Type: application/octet-stream\r\n\r\n${content}\r\n`
    })
    return `${encoded.join('')}--${BOUNDARY}--\r\n`
  })
  const isMultipart = type.startsWith('multipart')
  return fc.oneof(isMultipart ? parts : texts, fc.uint8Array({ maxLength: 200 })).map((body) => ({
    body,
    headers: { 'Content-Type': isMultipart ? `${type}; boundary=${BOUNDARY}` : type }
  }))
}

function requestFor(operation: Operation): fc.Arbitrary<RawRequest> {
  const inPath = operation.parameters.filter((each) => each.in === 'path')
  const inQuery = operation.parameters.filter((each) => each.in === 'query')
  const segments = fc.record(Object.fromEntries(inPath.map((each) => [each.name, valueOf(each)])))
  const query = fc.record(Object.fromEntries(inQuery.map((each) => [each.name, fc.option(valueOf(each))])))
  return fc.record({ segments, query, sent: bodyOf(operation) }).map(({ segments: given, query: asked, sent }) => {
    const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(given[name] || 'x'))
    const pairs = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== null)
    const text = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
    return { method: operation.method, path: text === '' ? path : `${path}?${text}`, ...sent }
  })
}

describe('the description of the API', () => {
  it('is OpenAPI 3.1', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(document.openapi).toBe('3.1.0')
  })

  it('has every route', () => {
    const routes = restRoutes(new EventFeed(served.cluster)).map(({ name }) => name)
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...routes, 'health', 'token'].sort())
  })

  it('has the shape of every document that it names', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components).toHaveProperty(`schemas.${name}`)
    }
  })
})

describe('every route', () => {
  it('answers anything as is described, and the peer lives on', async () => {
    // What has no end, and what asks another host to be asked, is for other tests.
    const asked = operations.filter(({ operationId }) => operationId !== 'events')
    for (const operation of asked) {
      await fc.assert(
        fc.asyncProperty(requestFor(operation), async (request) => {
          const answer = await served.ask(request)
          // Paths that dots and slashes change, and such as become another route.
          if ([307, 308, 404, 405].includes(answer.status) && operation.responses[String(answer.status)] === undefined)
            return
          check(operation, request, answer)
        }),
        { numRuns: 25 }
      )
    }
    expect((await served.ask({ path: '/version' })).status).toBe(200)
  }, 120_000)

  it('refuses without credentials, but for those that are open', async () => {
    await using closed = await serve({ basicAuthCredentials: { alice: 'secret' } })
    for (const { method, path, responses, operationId } of operations) {
      const { status } = await closed.ask({ method, path: path.replace(/\{\w+\}/g, 'x') })
      expect([operationId, status]).toEqual([operationId, operationId === 'health' ? 204 : 401])
      expect([operationId, '401' in responses]).toEqual([operationId, operationId !== 'health'])
    }
  })
})
