import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  addParamsFromQuery,
  addParamsToQuery,
  defaultAddParams,
  defaultPinOptions,
  encodeQuery,
  parseCid,
  parseQuery,
  pinOptionsFromQuery,
  pinOptionsToQuery,
  Time
} from '../../src/index.ts'
import type { PinOptions } from '../../src/index.ts'

const PEER = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const CID = 'QmRzGhPn44cg7gV8sPKCw9afWknxERQtv5uAgQ7413hXpw'

function refused(query: string): unknown {
  try {
    return addParamsFromQuery(parseQuery(query))
  } catch (error) {
    return error
  }
}

describe('queries', () => {
  it('escapes and sorts as Go does', () => {
    expect(
      encodeQuery([
        ['name', "a b/é~*'()!"],
        ['A', ''],
        ['a&b', '1=2']
      ])
    ).toBe('A=&a%26b=1%3D2&name=a+b%2F%C3%A9~%2A%27%28%29%21')
  })

  it('takes the first value and drops what Go drops', () => {
    const query = parseQuery('a=1&a=2&b=%zz&c=x;y&d=+%2B&e&=f&%C3%A9=%FF&g=%41%42')
    expect([...query]).toEqual([
      ['a', '1'],
      ['d', ' +'],
      ['e', ''],
      ['', 'f'],
      ['é', '\ufffd'],
      ['g', 'AB']
    ])
  })

  it('reads back what it writes', () => {
    const text = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name }), (params) => {
        fc.pre(params.every(([name, value]) => name + value !== ''))
        expect(new Map(parseQuery(encodeQuery(params)))).toEqual(new Map(params))
      })
    )
  })
})

describe('pin options in a query', () => {
  it('writes all that have a place, sorted', () => {
    expect(pinOptionsToQuery(defaultPinOptions())).toBe(
      'mode=recursive&name=&replication-max=0&replication-min=0&shard-size=0&user-allocations='
    )
    const options: PinOptions = {
      ...defaultPinOptions(),
      name: 'a b',
      mode: 'direct',
      userAllocations: [PEER],
      expireAt: new Time(1893456000, 500_000_000, 0),
      metadata: { k: 'v&', '': 'dropped' },
      pinUpdate: parseCid(CID),
      origins: [`/ip4/1.2.3.4/tcp/4001/p2p/${PEER}`]
    }
    expect(pinOptionsToQuery(options)).toBe(
      `expire-at=2030-01-01T00%3A00%3A00.5Z&meta-k=v%26&mode=direct&name=a+b&origins=%2Fip4%2F1.2.3.4%2Ftcp%2F4001%2Fp2p%2F${PEER}` +
        `&pin-update=${CID}&replication-max=0&replication-min=0&shard-size=0&user-allocations=${PEER}`
    )
    const { metadata, ...read } = pinOptionsFromQuery(parseQuery(pinOptionsToQuery(options)))
    expect({ ...read, metadata }).toEqual({ ...options, metadata: { k: 'v&' } })
  })

  it('gives the defaults for nothing, with empty metadata', () => {
    expect(pinOptionsFromQuery(parseQuery(''))).toEqual({ ...defaultPinOptions(), metadata: {} })
    expect(pinOptionsFromQuery(new URLSearchParams('name=x&meta-=y')).metadata).toEqual({})
  })

  it('lets replication override both factors', () => {
    const options = pinOptionsFromQuery(parseQuery('replication=2&replication-min=x&replication-max=9'))
    expect([options.replicationFactorMin, options.replicationFactorMax]).toEqual([2, 2])
  })

  it('drops preferred peers that cannot be read', () => {
    expect(pinOptionsFromQuery(parseQuery(`user-allocations=x,${PEER},`)).userAllocations).toEqual([PEER])
  })

  it('counts expire-in from now, and prefers expire-at', () => {
    const before = Date.now()
    const { expireAt } = pinOptionsFromQuery(parseQuery('expire-in=1h'))
    expect(expireAt.toMilliseconds()).toBeGreaterThanOrEqual(before + 3_600_000 - 1)
    expect(expireAt.toMilliseconds()).toBeLessThanOrEqual(Date.now() + 3_600_000 + 1)
    const both = pinOptionsFromQuery(parseQuery('expire-at=2030-01-01T00:00:00%2B02:00&expire-in=nonsense'))
    expect(both.expireAt.toString()).toBe('2030-01-01T00:00:00+02:00')
  })

  it.each([
    ['replication-min=x', 'parameter replication-min invalid'],
    ['replication-max=1.5', 'parameter replication-max invalid'],
    ['replication-max=9223372036854775808', 'parameter replication-max invalid'],
    ['shard-size=-1', 'parameter shard_size is invalid'],
    ['shard-size=18446744073709551616', 'parameter shard_size is invalid'],
    [
      'expire-at=tomorrow',
      'expire-at cannot be parsed: parsing time "tomorrow" as "2006-01-02T15:04:05Z07:00": cannot parse "tomorrow" as "2006"'
    ],
    ['expire-in=5', 'expire-in cannot be parsed: time: missing unit in duration "5"'],
    ['expire-in=999ms', 'expire-in duration too short'],
    ['expire-in=-1h', 'expire-in duration too short'],
    ['pin-update=abc', 'error decoding update option parameter: invalid cid: selected encoding not supported'],
    ['origins=abc', 'error decoding multiaddress: failed to parse multiaddr "abc": must begin with /'],
    ['origins=/ip4/1.2.3.4/tcp/1', 'multiaddress does not contain peer ID: protocol not found in multiaddr']
  ])('refuses %s', (query, message) => {
    expect(refused(query)).toMatchObject({ code: 'ERR_BAD_REQUEST', status: 400, message })
  })
})

describe('options of an add in a query', () => {
  it('reads back the defaults', () => {
    expect(addParamsFromQuery(parseQuery(addParamsToQuery(defaultAddParams())))).toEqual(defaultAddParams())
    expect(addParamsFromQuery(parseQuery(''))).toEqual({ ...defaultAddParams(), shardSize: 0 })
  })

  it('reads back every option', () => {
    const params = {
      ...defaultAddParams(),
      local: true,
      recursive: true,
      hidden: true,
      wrap: true,
      shard: true,
      streamChannels: false,
      format: 'car' as const,
      noPin: true,
      layout: 'trickle' as const,
      chunker: 'rabin-1-2-3',
      rawLeaves: true,
      progress: true,
      cidVersion: 1,
      hash: 'blake3',
      noCopy: true
    }
    expect(addParamsFromQuery(parseQuery(addParamsToQuery(params)))).toEqual(params)
  })

  it('is always recursive, updates no pin, and has raw leaves with CIDv1 unless told', () => {
    const params = addParamsFromQuery(parseQuery(`mode=direct&pin-update=${CID}&cid-version=1`))
    expect(params).toMatchObject({ mode: 'recursive', pinUpdate: null, rawLeaves: true })
    expect(addParamsFromQuery(parseQuery('cid-version=1&raw-leaves=F')).rawLeaves).toBe(false)
  })

  it.each([
    ['layout=x', 'layout parameter is invalid'],
    ['format=x', 'format parameter is invalid'],
    ['cid-version=x', 'parameter cid-version invalid'],
    ['wrap-with-directory=yes', 'parameter wrap-with-directory invalid'],
    ['stream-channels=tRUE', 'parameter stream-channels invalid']
  ])('refuses %s', (query, message) => {
    expect(refused(query)).toMatchObject({ code: 'ERR_BAD_REQUEST', message })
  })
})
