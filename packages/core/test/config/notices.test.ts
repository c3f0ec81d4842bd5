import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { noticesOf, parseServiceConfig, settingsOf } from '@ipfs-cluster/core/config'
import fc from 'fast-check'
import { keysOf, lineOf } from '../../src/config/json-keys.ts'

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/config/${name}.service.json`, import.meta.url), 'utf8')
}

describe('notices', () => {
  it.each(['init-default', 'init-raft', 'init-leveldb', 'init-badger', 'init-badger3', 'init-peers'])(
    'there are none for what a Go peer made (%s)',
    (name) => expect(noticesOf(fixture(name), name)).toEqual([])
  )

  it('name keys without a meaning, each once, with their line', () => {
    const text = `{
      "cluster": { "peer_name": "a", "peername": "b", "pubsub": { "ttl": "1s" } },
      "consensus": { "crtd": { "batching": { "max_batch_size": 1 } } },
      "extra": { "deep": [{ "er": 1 }] },
      "api": { "restapi": { "headers": { "X-Any": ["1"] } } },
      "state": { "any": 1 }
    }`
    expect(noticesOf(text, 'f')).toEqual([
      'f:2: cluster.peer_name has no meaning and is passed over',
      'f:2: cluster.pubsub.ttl has no meaning and is passed over',
      'f:3: consensus.crtd has no meaning and is passed over',
      'f:4: extra has no meaning and is passed over'
    ])
  })

  it('name keys that stand twice, and values that cannot be read', () => {
    const text = `{
      "cluster": {
        "peername": "a",
        "peername": "b"
      },
      "consensus": { "crdt": {
        "repair_interval": "often" } }
    }`
    expect(noticesOf(text, 'f')).toEqual([
      'f:4: cluster.peername stands here once more; the last one counts',
      expect.stringMatching(/^f:7: consensus\.crdt\.repair_interval is passed over: .*"often"/)
    ])
  })
})

describe('keys of a document', () => {
  it('are all found, on their lines', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2)
        for (const { path, line } of keysOf(text)) {
          expect(text.split('\n')[line - 1]).toContain(`${JSON.stringify(path.at(-1))}:`)
        }
        const count = [...keysOf(text)].length
        let members = 0
        JSON.parse(text, function (this: unknown, key, member: unknown) {
          if (key !== '' || !Array.isArray(this)) members += Array.isArray(this) ? 0 : 1
          return member
        })
        // The reviver is also called for the document itself.
        expect(count).toBe(members - 1)
      })
    )
  })

  it('lead to the line of a value, or as far as they go', () => {
    const text = '{\n"a": {\n"B": 1,\n"b": 2\n},\n"c": 3}'
    expect(lineOf(text, ['a', 'b'])).toBe(4)
    expect(lineOf(text, ['a', 'x', 'y'])).toBe(2)
    expect(lineOf(text, ['x'])).toBe(1)
  })
})

describe('settings', () => {
  it('say where they come from', () => {
    const document = { name: 'service.json', text: fixture('init-default') }
    const config = parseServiceConfig(document.text, document.name)
    const settings = [...settingsOf(config, { document, env: { CLUSTER_PEERNAME: 'x' } })]
    const of = (key: string): unknown => settings.find((setting) => setting.key === key)
    const line = document.text.split('\n').findIndex((text) => text.includes('"secret"')) + 1
    expect(of('cluster.secret')).toMatchObject({ isSecret: true, origin: `service.json:${line}` })
    expect(of('cluster.peername')).toMatchObject({ value: '"go-peer"', origin: 'environment CLUSTER_PEERNAME' })
    expect(of('consensus.crdt.batching.max_queue_size')).toMatchObject({ value: '50000', origin: 'default' })
    expect(of('consensus.raft.init_peerset')).toBeUndefined()
  })
})
