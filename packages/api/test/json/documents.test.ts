import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import * as api from '../../src/index.ts'
import type { JsonValue } from '../../src/index.ts'

/** Reads a body and gives it back as data. */
type RoundTrip = (value: JsonValue) => JsonValue

const TYPES: Readonly<Record<string, RoundTrip>> = {
  AddedOutput: (value) => api.addedOutputToJSON(api.addedOutputFromJSON(value)),
  Alert: (value) => api.alertToJSON(api.alertFromJSON(value)),
  Bandwidth: (value) => api.bandwidthByProtocolToJSON(api.bandwidthByProtocolFromJSON(value)),
  ConnectGraph: (value) => api.connectGraphToJSON(api.connectGraphFromJSON(value)),
  ErrorBody: (value) => api.errorBodyToJSON(api.errorBodyFromJSON(value)),
  GlobalPinInfo: (value) => api.globalPinInfoToJSON(api.globalPinInfoFromJSON(value)),
  GlobalRepoGc: (value) => api.globalRepoGcToJSON(api.globalRepoGcFromJSON(value)),
  Id: (value) => api.idToJSON(api.idFromJSON(value)),
  Metric: (value) => api.metricToJSON(api.metricFromJSON(value)),
  Pin: (value) => api.pinToJSON(api.pinFromJSON(value)),
  Version: (value) => api.versionToJSON(api.versionFromJSON(value))
}

/** The streams among them, whose lines have a writer of their own. */
const LINES: Readonly<Record<string, (value: JsonValue) => string>> = {
  AddedOutput: (value) => api.encodeAddedOutputLine(api.addedOutputFromJSON(value)),
  GlobalPinInfo: (value) => api.encodeGlobalPinInfoLine(api.globalPinInfoFromJSON(value)),
  Id: (value) => api.encodeIdLine(api.idFromJSON(value)),
  Pin: (value) => api.encodePinLine(api.pinFromJSON(value))
}

const bodies = readFileSync(new URL('../fixtures/rest-bodies.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t') as [type: string, text: string])

function roundTrip(type: string, value: JsonValue): JsonValue {
  const convert = TYPES[type]
  if (convert === undefined) throw new Error(`no type ${type}`)
  return convert(value)
}

describe('bodies of the Go release', () => {
  it('come back to the byte', () => {
    for (const [type, text] of bodies) {
      const value = api.parseJSON(text)
      const back = type.endsWith('[]')
        ? (value as JsonValue[]).map((item) => roundTrip(type.slice(0, -2), item))
        : roundTrip(type, value)
      expect(api.stringify(back)).toBe(text)
    }
    expect(new Set(bodies.map(([type]) => type.replace('[]', '')))).toEqual(new Set(Object.keys(TYPES)))
  })

  it('are written as lines of the same text', () => {
    for (const [type, text] of bodies) expect(LINES[type]?.(api.parseJSON(text)) ?? `${text}\n`).toBe(`${text}\n`)
  })
})

describe('reading JSON as Go does', () => {
  it('takes zero values for null and for what is absent', () => {
    expect(api.pinFromJSON(null)).toEqual(api.pinFromJSON({}))
    const pin = api.pinFromJSON({ name: null, expire_at: null, cid: null, allocations: null, max_depth: null })
    expect(pin).toEqual({
      ...api.defaultPinOptions(),
      cid: api.UNDEFINED_CID,
      type: 'bad-type',
      allocations: null,
      maxDepth: 0,
      reference: null,
      timestamp: api.Time.ZERO
    })
    expect(api.pinToJSON(pin)['cid']).toBeNull()
  })

  it('matches keys in any case and ignores unknown ones', () => {
    expect(api.metricFromJSON({ NAME: 'ping', Valid: true, surprise: [1] })).toMatchObject({
      name: 'ping',
      valid: true
    })
  })

  it.each([
    ['', 'bad-type', 'recursive', 'recursive'],
    ['meta-pin', 'meta-pin', 'direct', 'direct'],
    ['nonsense', 'bad-type', 'nonsense', 'recursive']
  ])('reads type %j as %s and mode %j as %s', (type, expectedType, mode, expectedMode) => {
    expect(api.pinFromJSON({ type: type === '' ? null : type, mode })).toMatchObject({
      type: expectedType,
      mode: expectedMode
    })
  })

  it.each<[JsonValue, string]>([
    [[], 'the document must be an object, not a list'],
    [{ name: 1 }, 'name must be text, not a value of type number'],
    [{ max_depth: 1.5 }, 'max_depth must be a whole number'],
    [{ max_depth: '1' }, 'max_depth must be a whole number'],
    [{ shard_size: -1 }, 'shard_size must be a whole number that is not negative'],
    [{ allocations: {} }, 'allocations must be a list'],
    [{ allocations: ['12D3'] }, 'allocations[0]: failed to parse peer ID'],
    [{ metadata: { a: 1 } }, 'metadata.a must be text'],
    [{ cid: 'abc' }, 'cid: invalid cid: selected encoding not supported'],
    [{ expire_at: 'soon' }, 'expire_at: parsing time "soon"'],
    [{ origins: ['tcp/1'] }, 'origins[0]: failed to parse multiaddr "tcp/1": must begin with /']
  ])('says where %j is wrong', (value, message) => {
    const error = expect.objectContaining({ code: 'ERR_BAD_JSON', message: expect.stringContaining(message) })
    expect(() => api.pinFromJSON(value)).toThrow(error)
  })

  it('keeps a key named __proto__ as any other', () => {
    const pin = api.pinFromJSON(api.parseJSON('{"metadata":{"__proto__":"x"}}'))
    expect(api.stringify(api.pinToJSON(pin)['metadata'] ?? null)).toBe('{"__proto__":"x"}')
  })

  it('sorts the keys of maps by their bytes', () => {
    const metadata = { '\u{1f600}': '', '\uffff': '', b: '', '10': '', '9': '', a: '' }
    const pin = { ...api.emptyPin(api.UNDEFINED_CID), metadata }
    const sorted = '"metadata":{"10":"","9":"","a":"","b":"","\uffff":"","\u{1f600}":""}'
    expect(api.encodePinLine(pin)).toContain(sorted)
    expect(api.stringify(api.pinToJSON(pin))).toContain(sorted)
  })
})
