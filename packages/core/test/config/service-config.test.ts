import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import {
  applyEnvironment,
  COMPONENTS,
  ConfigError,
  consensusOf,
  datastoreOf,
  defaultServiceConfig,
  describeSection,
  displayServiceConfig,
  encodeSecret,
  formatServiceConfig,
  parseServiceConfig
} from '@ipfs-cluster/core/config'

const SECRET = '2588b80d5cb05374fa142aed6cbb047d1f4ef8ef15e37eba68c65b9d30df67ed'

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/config/${name}.service.json`, import.meta.url), 'utf8')
}

function failure(text: string): ConfigError {
  try {
    parseServiceConfig(text, 'service.json')
  } catch (err) {
    expect(err).toBeInstanceOf(ConfigError)
    return err as ConfigError
  }
  throw new Error('was accepted')
}

const minimal = JSON.stringify({ cluster: { listen_multiaddress: '/ip4/127.0.0.1/tcp/9096' }, ipfs_connector: {} })

describe('service.json', () => {
  it.each(['init-default', 'init-raft', 'init-leveldb', 'init-badger', 'init-badger3', 'init-peers'])(
    'of a Go peer (%s) comes back byte for byte',
    (name) => {
      const text = fixture(name)
      expect(formatServiceConfig(parseServiceConfig(text, name))).toBe(text)
    }
  )

  it.each([
    ['init-default', { consensus: 'crdt', datastore: 'pebble' }],
    ['init-raft', { consensus: 'raft', datastore: 'pebble' }],
    ['init-leveldb', { consensus: 'crdt', datastore: 'leveldb' }],
    ['init-badger', { consensus: 'crdt', datastore: 'badger' }],
    ['init-badger3', { consensus: 'crdt', datastore: 'badger3' }]
  ] as const)('is made as Go makes it (%s)', (name, init) => {
    const env = { CLUSTER_PEERNAME: 'go-peer', CLUSTER_SECRET: SECRET }
    expect(formatServiceConfig(applyEnvironment(defaultServiceConfig(init), env))).toBe(fixture(name))
  })

  it('keeps what is written by hand, and makes none of it', () => {
    const text = fixture('init-default')
      .replace('"allocator": {', '"allocator": {"plugin": {"module": "./a.mjs", "options": {"deep": [1, null]}},')
      .replace('"informer": {', '"informer": {"plugin": {"module": "b.mjs"}, "numpin": {"metric_ttl": "20s"},')
    const config = parseServiceConfig(text, 'service.json')
    expect(config.allocator.plugin).toEqual({ module: './a.mjs', options: { deep: [1, null] } })
    expect(config.informer).toMatchObject({ plugin: { module: 'b.mjs', options: null }, numpin: { metricTtl: 20_000 } })
    expect(parseServiceConfig(formatServiceConfig(config), 'service.json')).toEqual(config)
    const made = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })
    expect([made.allocator.plugin, made.informer.plugin, made.informer.numpin]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    const env = { CLUSTER_ALLOCATORPLUGIN_MODULE: './c.mjs', CLUSTER_INFORMERPLUGIN_OPTIONS: '{"a":1}' }
    expect(applyEnvironment(config, env)).toMatchObject({
      allocator: { plugin: { module: './c.mjs', options: { deep: [1, null] } } },
      informer: { plugin: { module: 'b.mjs', options: { a: 1 } } }
    })
    expect(applyEnvironment(made, env).allocator.plugin).toBeUndefined()
  })

  it.each([
    ['allocator', {}, 'allocator.plugin.module is undefined'],
    ['informer', { module: '' }, 'informer.plugin.module is undefined']
  ])('needs the module of a plugin (%s)', (part, plugin, message) => {
    const text = JSON.stringify({ ...(JSON.parse(minimal) as object), [part]: { plugin } }, null, 2)
    const error = failure(text)
    expect(error.message).toBe(message)
    expect(error.hint).toContain(`${part}.plugin.module`)
    expect(text.split('\n')[(error.line ?? 0) - 1]).toMatch(/plugin|module/)
  })

  it('has metrics to allocate by', () => {
    const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })
    config.allocator.balanced.allocateBy = []
    expect(() => formatServiceConfig(config)).toThrow('metricalloc.allocate_by is invalid')
  })

  it('has a new secret each time', () => {
    const make = (): string =>
      encodeSecret(defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' }).cluster.secret)
    expect(make()).toMatch(/^[0-9a-f]{64}$/)
    expect(make()).not.toBe(make())
  })

  it('gives components that every peer has their defaults, and leaves out the rest', () => {
    const config = parseServiceConfig(minimal.replace('"ipfs_connector":{}', '"informer":null'), 'f')
    expect(config.ipfsConnector.ipfshttp.nodeMultiaddress).toBe('/ip4/127.0.0.1/tcp/5001')
    expect(config.pinTracker.stateless.concurrentPins).toBe(10)
    expect(config.allocator.balanced.allocateBy).toEqual(['freespace'])
    expect(config.api).toEqual({})
    expect(config.informer).toEqual({})
    expect(config.ipfsNode).toBeUndefined()
  })

  it('keeps options of a datastore that it does not know', () => {
    const text = fixture('init-default').replace('"cache_size_bytes": 1073741824,', '"brand_new": {"a": [1]},')
    const config = parseServiceConfig(text, 'f')
    const pebble = JSON.parse(formatServiceConfig(config)).datastore.pebble.pebble_options
    expect(pebble).toMatchObject({ brand_new: { a: [1] }, cache_size_bytes: 1073741824 })
  })

  it('is shown without its secrets', () => {
    const config = parseServiceConfig(fixture('init-default'), 'f')
    config.api.restapi!.basicAuthCredentials = { me: 'hunter2' }
    const shown = displayServiceConfig(config)
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain('hunter2')
    expect(shown).toContain('"secret": "XXX_hidden_XXX"')
  })

  it.each([
    ['{ nope', 'Expected property name'],
    ['[]', 'json: cannot unmarshal array into Go value of type config.jsonConfig'],
    ['{}', 'cluster section failed to validate: cluster.listen_multiaddress is undefined'],
    ['{"cluster": 5}', 'json: cannot unmarshal number into Go value of type configJSON'],
    [
      '{"cluster": {"listen_multiaddress": "/ip4/127.0.0.1/tcp/1"}, "api": []}',
      'json: cannot unmarshal array into Go struct field'
    ]
  ])('refuses %s', (text, message) => {
    expect(failure(text).message).toContain(message)
  })

  it.each([
    [
      ['"state_sync_interval": "5m0s"', '"state_sync_interval": "often"'],
      'error parsing cluster.state_sync_interval: time: invalid duration "often"',
      32
    ],
    [
      ['"secret": "25', '"secret": "zz'],
      "error loading cluster secret from config: encoding/hex: invalid byte: U+007A 'z'",
      4
    ],
    [
      [SECRET, 'abcd'],
      'error loading cluster secret from config: input secret is 2 bytes, cluster secret should be 32',
      4
    ],
    [
      ['"peername": "go-peer"', '"peername": 5'],
      'json: cannot unmarshal number into Go struct field configJSON.peername of type string',
      3
    ],
    [
      ['"replication_factor_min": -1', '"replication_factor_min": 3'],
      'cluster.replication_factor_min is larger than max',
      34
    ],
    [
      ['"/ip4/127.0.0.1/tcp/9094"', '"x"'],
      'error parsing restapi.http_listen_multiaddress: failed to parse multiaddr "x": must begin with /',
      95
    ],
    [['"*"', '"nobody"'], 'error parsing trusted peers: failed to parse peer ID', 47],
    [['"low_water": 100', '"low_water": 500'], 'cluster.connection_manager.low_water is greater than high_water', 15]
  ] as const)('says where %j is wrong', ([from, to], message, line) => {
    const text = fixture('init-default').replace(from, to)
    const error = failure(text)
    expect(error.message.startsWith(message)).toBe(true)
    expect(error.hint.startsWith(`service.json:${line}: `)).toBe(true)
  })

  it('names one consensus and one datastore, or says what to do', () => {
    const config = parseServiceConfig(fixture('init-default'), 'f')
    expect([consensusOf(config), datastoreOf(config)]).toEqual(['crdt', 'pebble'])
    expect(() => consensusOf({ ...config, consensus: {} })).toThrow('could not determine the consensus component')
    expect(() => datastoreOf({ ...config, datastore: {} })).toThrow('unknown datastore')
    const raft = parseServiceConfig(fixture('init-raft'), 'f').consensus
    expect(() => consensusOf({ ...config, consensus: { ...raft, ...config.consensus } })).toThrow('consensus')
  })

  it('takes the environment for every component', () => {
    const env = {
      CLUSTER_SECRET: '',
      CLUSTER_DISABLEREPINNING: 'false',
      CLUSTER_CONNECTIONMANAGER_HIGHWATER: '500',
      CLUSTER_CRDT_TRUSTEDPEERS: '12D3KooWRN8KRjpyg9rsW2w7StbBRGper65psTZm68cjud9KAkaW',
      CLUSTER_RESTAPI_BASICAUTHCREDENTIALS: 'u:p,v:q',
      CLUSTER_RESTAPI_HEADERS: 'X-A:1',
      CLUSTER_TAGS_TAGS: 'group:eu,region:x',
      CLUSTER_PEBBLE_PEBBLEOPTIONS_CACHESIZEBYTES: '5',
      CLUSTER_IPFSHTTP_NODEMULTIADDRESS: '/ip4/10.0.0.1/tcp/1'
    }
    const config = applyEnvironment(parseServiceConfig(fixture('init-default'), 'f'), env)
    expect(config.cluster).toMatchObject({
      secret: undefined,
      disableRepinning: false,
      connectionManager: { highWater: 500, lowWater: 100 }
    })
    expect(config.consensus.crdt?.trustedPeers).toEqual(['12D3KooWRN8KRjpyg9rsW2w7StbBRGper65psTZm68cjud9KAkaW'])
    expect(config.api.restapi).toMatchObject({ basicAuthCredentials: { u: 'p', v: 'q' }, headers: { 'X-A': ['1'] } })
    expect(config.informer.tags?.tags).toEqual({ group: 'eu', region: 'x' })
    expect(config.datastore.pebble).toMatchObject({ pebbleOptions: { cacheSizeBytes: 5 } })
    expect(config.ipfsConnector.ipfshttp.nodeMultiaddress).toBe('/ip4/10.0.0.1/tcp/1')
  })
})

describe('the declarations', () => {
  it('say of every option what it does', () => {
    const docs = COMPONENTS.flatMap(({ section }) => describeSection(section))
    expect(docs.length).toBeGreaterThan(150)
    for (const { doc, key } of docs) expect(`${key}: ${doc}`).toMatch(/^\S+: [A-Z"`].*[.)]$/)
  })

  it('name every variable once', () => {
    const names = COMPONENTS.flatMap(({ section }) => describeSection(section).map(({ env }) => env))
    expect(new Set(names).size).toBe(names.length)
  })
})
