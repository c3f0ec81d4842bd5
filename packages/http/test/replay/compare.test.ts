import { describe, expect, it } from '@jest/globals'
import type { RawAnswer } from '../raw-client.ts'
import { compare } from './compare.ts'
import type { Recorded } from './vectors.ts'

const PEER = '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'

function recorded(body: string, change: Partial<Recorded> = {}): Recorded {
  return {
    status: 200,
    headers: [['Vary', 'Origin']],
    framing: 'content-length',
    body_kind: 'json',
    body,
    trailers: null,
    ...change
  }
}

function actual(body: string, change: Partial<RawAnswer> = {}): RawAnswer {
  return { status: 200, headers: [['Vary', 'Origin']], framing: 'content-length', body, trailers: null, ...change }
}

function differs(
  a: string,
  b: string,
  volatile: { at: string; kind: string }[] = [],
  kind: Recorded['body_kind'] = 'json'
): boolean {
  return compare(recorded(a, { body_kind: kind }), actual(b), { volatile }).length > 0
}

describe('compare', () => {
  it('sees the order of keys, null, absence and types', () => {
    expect(differs('{"a":1,"b":2}', '{"a":1,"b":2}')).toBe(false)
    expect(differs('{"a":1,"b":2}', '{"b":2,"a":1}')).toBe(true)
    expect(differs('{"a":null}', '{"a":[]}')).toBe(true)
    expect(differs('{"a":null}', '{}')).toBe(true)
    expect(differs('{"a":1}', '{"a":"1"}')).toBe(true)
    expect(differs('[1,2]', '[1]')).toBe(true)
  })

  it('sees documents that are missing or too many', () => {
    expect(differs('{"a":1}\n{"a":2}\n', '{"a":1}\n', [], 'ndjson')).toBe(true)
    expect(differs('{"a":1}\n', '{"a":1}\n{"a":2}\n', [], 'ndjson')).toBe(true)
  })

  it('checks what varies by its kind', () => {
    const time = [{ at: `body.m.{peer}.t`, kind: 'time' }]
    const body = (t: string): string => `{"m":{"${PEER}":{"t":${t}}}}`
    expect(differs(body('"2026-11-21T09:36:38Z"'), body('"2027-01-01T00:00:00+01:00"'), time)).toBe(false)
    expect(differs(body('"2026-11-21T09:36:38Z"'), body('"2027-01-01T00:00:00.5Z"'), time)).toBe(true)
    expect(differs(body('"2026-11-21T09:36:38Z"'), body('"soon"'), time)).toBe(true)
    expect(differs(body('"2026-11-21T09:36:38Z"'), body('"2027-01-01T00:00:00Z"'))).toBe(true)
    expect(differs('{"a":1}', '{"a":7}', [{ at: 'body.a', kind: 'number' }])).toBe(false)
    const race = [{ at: 'body.a', kind: 'race: pin_queued or pinning' }]
    expect(differs('{"a":"pin_queued"}', '{"a":"pinning"}', race)).toBe(false)
    expect(differs('{"a":"pin_queued"}', '{"a":"pinned"}', race)).toBe(true)
  })

  it('lets the words of libraries differ, and no others', () => {
    expect(differs('{"m":"error decoding Cid: x"}', '{"m":"error decoding Cid: y"}')).toBe(false)
    expect(differs('{"m":"invalid filter value"}', '{"m":"invalid filter"}')).toBe(true)
  })

  it('sees headers, trailers, status and framing', () => {
    const plain = recorded('{}')
    expect(compare(plain, actual('{}', { status: 404 }), {})).toHaveLength(1)
    expect(compare(plain, actual('{}', { headers: [] }), {})).toEqual(['header missing: Vary: Origin'])
    expect(
      compare(
        plain,
        actual('{}', {
          headers: [
            ['Vary', 'Origin'],
            ['Vary', 'Origin']
          ]
        }),
        {}
      )
    ).toHaveLength(1)
    expect(
      compare(
        plain,
        actual('{}', {
          headers: [
            ['Vary', 'Origin'],
            ['Allow', 'GET']
          ]
        }),
        {}
      )
    ).toEqual(['header not expected: Allow: GET'])
    expect(compare(plain, actual('{}', { trailers: [['X-Stream-Error', '']] }), {})).toHaveLength(1)
    const stream = recorded('{}', { headers: [['Trailer', 'X']], framing: 'chunked' })
    expect(compare(stream, actual('{}', { headers: [['Trailer', 'X']] }), {})).toHaveLength(1)
  })

  it('compares as sets what has no order', () => {
    const lines = recorded('{"a":1}\n{"a":2}\n', { body_kind: 'ndjson' })
    expect(compare(lines, actual('{"a":2}\n{"a":1}\n'), { unordered: true })).toEqual([])
    expect(compare(lines, actual('{"a":2}\n{"a":2}\n'), { unordered: true })).toHaveLength(2)
    expect(compare(lines, actual('{"a":2}\n{"a":1}\n'), {})).toHaveLength(2)
  })
})
