import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { PEER } from '../fake-cluster.ts'
import type { RawAnswer, RawRequest } from '../raw-client.ts'

export const HELLO = 'bafkqabtimvwgy3yk'
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

export interface Operation extends Described {
  method: string
  path: string
}

export interface ApiDocument {
  openapi: string
  paths: Record<string, Record<string, Described>>
  components: object
}

type Ask = (request: RawRequest) => Promise<RawAnswer>

/** An API that describes itself, and requests that try whether the description is true. */
export class DescribedApi {
  readonly document: ApiDocument
  readonly operations: readonly Operation[]
  readonly #ask: Ask
  readonly #ajv = new Ajv2020({ strict: false })
  readonly #validators = new Map<object, ValidateFunction>()

  private constructor(document: ApiDocument, ask: Ask) {
    this.document = document
    this.#ask = ask
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => ({ ...described, method: method.toUpperCase(), path }))
    )
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ $id: 'https://api.test/openapi.json', components: document.components })
  }

  static async read(ask: Ask): Promise<DescribedApi> {
    const answer = await ask({ path: '/openapi.json' })
    return new DescribedApi(JSON.parse(answer.body) as ApiDocument, ask)
  }

  /**
   * Asks for anything that an operation might be asked, and for what it cannot be.
   *
   * @throws Error when an answer is not as the description says
   */
  async tryOut(operation: Operation, { runs, mayFail }: { runs: number; mayFail: boolean }): Promise<void> {
    await fc.assert(
      fc.asyncProperty(requestFor(operation), async (request) => {
        const answer = await this.#ask(request)
        // Paths that dots and slashes change, and such as become another route.
        const isMoved = [307, 308, 404, 405].includes(answer.status)
        if (isMoved && operation.responses[String(answer.status)] === undefined) return
        this.#check(operation, request, answer, mayFail)
      }),
      { numRuns: runs }
    )
  }

  #check(operation: Operation, request: RawRequest, answer: RawAnswer, mayFail: boolean): void {
    const what = JSON.stringify({ request, status: answer.status, body: answer.body.slice(0, 500) })
    const response = operation.responses[String(answer.status)]
    // Where nothing fails, whatever is answered with 500 was not foreseen.
    if (answer.status >= 500 && !mayFail) throw new Error(`it failed: ${what}`)
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
    const validate = this.#validatorOf(content.schema)
    for (const text of documents) {
      const value: unknown = JSON.parse(text)
      if (!validate(value)) throw new Error(`${JSON.stringify(validate.errors)}: ${what}`)
    }
  }

  /** A schema of the document with its references made to lead into it. */
  #validatorOf(schema: object): ValidateFunction {
    const known = this.#validators.get(schema)
    if (known !== undefined) return known
    const text = JSON.stringify(schema).replaceAll('"#/components', '"https://api.test/openapi.json#/components')
    const validator = this.#ajv.compile(JSON.parse(text) as object)
    this.#validators.set(schema, validator)
    return validator
  }
}

function isLines({ headers }: RawAnswer): boolean {
  return headers.some(([name, value]) => name === 'Trailer' && value === 'X-Stream-Error')
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
