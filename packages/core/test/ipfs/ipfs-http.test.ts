import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyPin } from '@ipfs-cluster/api'
import { ipfsHttp } from '@ipfs-cluster/core/ipfs'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FreePorts } from '../../../daemon/src/free-ports.ts'
import { rawBlock } from '../../test-suites/ipfs-connector.ts'
import { FAKE_ID, FakeKubo, fail, json } from './fake-kubo.ts'
import type { ServerResponse } from 'node:http'
import type { Block, IpfsConnector, IpfsHttpComponents, IpfsHttpInit } from '@ipfs-cluster/core/ipfs'

const { cid } = rawBlock('anything')
const text = cid.toString()
const pin = emptyPin(cid)
/** For how long a node may be silent, where it is one of which this must not be said though the machine is busy. */
const PATIENCE = 2000

let node: FakeKubo
const connectors: IpfsConnector[] = []

beforeEach(async () => {
  node = await FakeKubo.start()
})

afterEach(async () => {
  for (const connector of connectors.splice(0)) await connector.stop?.()
  await node.stop()
})

function connect(init: IpfsHttpInit = {}, components: IpfsHttpComponents = {}): IpfsConnector {
  const connector = ipfsHttp({ nodeMultiaddress: node.multiaddress, ...init })(components)
  connectors.push(connector)
  return connector
}

const listOf = async (connector: IpfsConnector): Promise<string[]> => {
  const pins = await Array.fromAsync(connector.pins(['recursive']))
  return pins.map((item) => item.cid.toString())
}

/** What the promise is rejected with. */
const errorOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (err: unknown) => err
  )

describe('calls', () => {
  it('are those of the Go release, so that proxies and logs show the same', async () => {
    const ipfs = connect()
    await ipfs.pin(pin)
    await ipfs.pinStatus({ cid, maxDepth: 0 })
    await ipfs.unpin(cid)
    await ipfs.repoStat()
    await ipfs.resolve('/ipns/a name (1)')
    await ipfs.pin({ ...pin, maxDepth: 1 })
    expect(node.calls).toEqual([
      `pin/ls?stream=true&arg=${text}&type=recursive`,
      `pin/add?arg=${text}&recursive=true&progress=true`,
      `pin/ls?stream=true&arg=${text}&type=direct`,
      `pin/rm?arg=${text}`,
      'repo/stat?size-only=true',
      'resolve?arg=%2Fipns%2Fa+name+%281%29',
      `pin/ls?stream=true&arg=${text}&type=recursive`,
      `pin/add?arg=${text}&max-depth=1&recursive=true&progress=true`
    ])
  })

  it('do not pin what is pinned', async () => {
    node.pins.set(text, 'recursive')
    await connect().pin(pin)
    expect(node.calls.filter((call) => call.startsWith('pin/add'))).toEqual([])
  })

  it('ask for at most ten origins, and pin although none answers', async () => {
    const origins = Array.from({ length: 12 }, (_, i) => `/ip4/127.0.0.${i}/tcp/9/p2p/${FAKE_ID}`)
    const { promise, resolve } = Promise.withResolvers<void>()
    let connects = 0
    node.on('swarm/connect', (_, response) => {
      fail(response, 'connect failure')
      if (++connects === 10) resolve()
    })
    node.on('pin/add', async (_, response) => {
      await promise
      json(response, { Pins: [text] })
    })
    await connect().pin({ ...pin, origins })
    expect(connects).toBe(10)
  })

  it('go through a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ipfs-http-'))
    const path = join(folder, 'api')
    const other = await FakeKubo.start(path)
    try {
      const ipfs = connect({ nodeMultiaddress: `/unix${path}` })
      expect((await ipfs.id()).id).toBe(FAKE_ID)
    } finally {
      await other.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('go to a name', async () => {
    const ipfs = connect({ nodeMultiaddress: `/dns4/localhost/tcp/${node.port}` })
    expect((await ipfs.id()).id).toBe(FAKE_ID)
  })
})

describe('an address of a node', () => {
  it.each(['/ip4/127.0.0.1', '/ip4/127.0.0.1/udp/5001', '/ip4/127.0.0.1/tcp/443/https', 'http://127.0.0.1:5001', ''])(
    '%p is refused',
    (nodeMultiaddress) => {
      const make = (): unknown => ipfsHttp({ nodeMultiaddress })({})
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_BAD_MULTIADDR' }))
      expect(make).toThrow(/^error parsing ipfs_node_multiaddress: /)
    }
  )
})

describe('a node that is not there', () => {
  /** A port that nobody listens on. */
  const closedPort = async (): Promise<number> => {
    await using ports = new FreePorts()
    return await ports.tcp()
  }

  it('fails every call in the words of the Go release', async () => {
    const port = await closedPort()
    const ipfs = connect({ nodeMultiaddress: `/ip4/127.0.0.1/tcp/${port}` })
    const refused = `dial tcp 127.0.0.1:${port}: connect: connection refused`
    const api = `http://127.0.0.1:${port}/api/v0`
    expect(await errorOf(ipfs.id())).toMatchObject({
      code: 'ERR_IPFS_UNAVAILABLE',
      status: 500,
      message: `Post "${api}/id": ${refused}`
    })
    const paths: [Promise<unknown>, string][] = [
      [ipfs.pin(pin), `pin/ls?stream=true&arg=${text}&type=recursive`],
      [ipfs.unpin(cid), `pin/rm?arg=${text}`],
      [listOf(ipfs), 'pin/ls?stream=true&type=recursive'],
      [ipfs.resolve('/ipfs/bafkqaaa/x'), 'resolve?arg=%2Fipfs%2Fbafkqaaa%2Fx']
    ]
    for (const [call, path] of paths) {
      expect(await errorOf(call)).toMatchObject({ message: `Post "${api}/${path}": ${refused}` })
    }
    expect(await errorOf(ipfs.putBlocks([rawBlock('x')]))).toMatchObject({ code: 'ERR_IPFS_UNAVAILABLE' })
  })

  it('of a Unix socket fails so too', async () => {
    const ipfs = connect({ nodeMultiaddress: '/unix/nowhere/api' })
    expect(await errorOf(ipfs.id())).toMatchObject({
      message: 'Post "http+unix://ipfs/api/v0/id": dial unix /nowhere/api: connect: no such file or directory'
    })
  })

  it('is waited for', async () => {
    const warnings: string[] = []
    const logger = {
      forComponent: () => ({ error() {}, info() {}, debug() {}, warn: (line: string) => warnings.push(line) })
    }
    let attempts = 0
    node.on('id', (_, response) => {
      if (++attempts < 3) fail(response, 'starting')
      else json(response, { ID: FAKE_ID, Addresses: null })
    })
    await connect({}, { logger }).ready()
    expect(attempts).toBe(3)
    expect(warnings).toEqual(['waiting for the IPFS node: IPFS error (id). Code: 500. Message: starting'])
  })

  it('is waited for until the caller has enough, or the connector is stopped', async () => {
    node.on('id', (_, response) => fail(response, 'never'))
    const ipfs = connect()
    const reason = new Error('enough')
    const controller = new AbortController()
    const waiting = errorOf(ipfs.ready({ signal: controller.signal }))
    const stopped = errorOf(ipfs.ready())
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    await ipfs.stop?.()
    expect(await stopped).toMatchObject({ code: 'ERR_IPFS_UNAVAILABLE' })
  })
})

describe('a node that misbehaves', () => {
  const half = (response: ServerResponse, part: string): void => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(part)
    setImmediate(() => response.destroy())
  }

  const behaviours: [string, (response: ServerResponse) => unknown, object][] = [
    [
      'refuses',
      (response) => fail(response, 'it is Tuesday'),
      {
        code: 'ERR_IPFS',
        message: expect.stringMatching(/^IPFS error \(.*\)\. Code: 500\. Message: it is Tuesday$/) as unknown as string
      }
    ],
    [
      'refuses without JSON',
      (response) => response.writeHead(502).end('Bad Gateway'),
      {
        code: 'ERR_IPFS',
        message: expect.stringMatching(
          /^IPFS request failed \(is it running\?\) \(.*\)\. Code 502: Bad Gateway$/
        ) as unknown as string
      }
    ],
    ['is a web site', (response) => response.end('<!DOCTYPE html><html>'), { code: 'ERR_IPFS' }],
    ['answers half a line', (response) => response.end('{"ID":"12D3Koo'), { code: 'ERR_IPFS' }],
    ['answers something else', (response) => json(response, { hello: 'world' }), { code: 'ERR_IPFS' }],
    ['goes away in the middle', (response) => half(response, '{"Cid":"baf'), { code: 'ERR_IPFS_UNAVAILABLE' }],
    ['goes away at once', (response) => response.destroy(), { code: 'ERR_IPFS_UNAVAILABLE' }],
    ['says nothing', () => {}, { code: 'ERR_IPFS_TIMEOUT' }],
    ['stops in the middle', (response) => response.write('{"Cid":"baf'), { code: 'ERR_IPFS_TIMEOUT' }]
  ]
  const timeouts = { ipfsRequestTimeout: 300, pinTimeout: 300, unpinTimeout: 300, repogcTimeout: 300 }
  const calls: [string, string, (ipfs: IpfsConnector) => Promise<unknown>][] = [
    ['id', 'id', async (ipfs) => ipfs.id()],
    ['pin', 'pin/add', async (ipfs) => ipfs.pin(pin)],
    ['pin status', 'pin/ls', async (ipfs) => ipfs.pinStatus(pin)],
    ['listing of pins', 'pin/ls', listOf],
    ['repository size', 'repo/stat', async (ipfs) => ipfs.repoStat()],
    ['resolving', 'resolve', async (ipfs) => ipfs.resolve('/ipns/x')],
    ['storing of blocks', 'dag/import', async (ipfs) => ipfs.putBlocks([rawBlock('x')])]
  ]

  describe.each(calls)('%s', (name, path, call) => {
    it.each(behaviours)('of a node that %s fails cleanly', async (behaviour, answer, expected) => {
      // A listing may well have no pins, or say other things about them.
      const isFine = name === 'listing of pins' && behaviour === 'answers something else'
      let probes = path === 'dag/import' ? 1 : 0
      node.on(path, (_, response) =>
        probes-- > 0 ? fail(response, 'file argument is required', 400) : answer(response)
      )
      const error = await errorOf(call(connect(timeouts)))
      if (isFine) expect(error).toBe('no error')
      else expect(error).toMatchObject(expected)
    })
  })

  it('does not say that it has pinned', async () => {
    node.on('pin/add', (_, response) => json(response, { Progress: 10 }))
    expect(await errorOf(connect().pin(pin))).toMatchObject({ code: 'ERR_IPFS' })
  })

  it('fails after it has begun to answer', async () => {
    node.on('pin/add', (_, response) => {
      response.writeHead(200, { trailer: 'X-Stream-Error' })
      response.write('{"Progress":10}\n')
      response.addTrailers({ 'X-Stream-Error': 'block was not found' })
      response.end()
    })
    const message = `IPFS error (pin/add?arg=${text}&recursive=true&progress=true). Code: 200. Message: block was not found`
    expect(await errorOf(connect().pin(pin))).toMatchObject({ code: 'ERR_IPFS', message })
  })

  it('answers with lines that are too long', async () => {
    node.on('pin/ls', (_, response) => response.end(`{"Cid":"${'x'.repeat(3 << 20)}`))
    expect(await errorOf(listOf(connect()))).toMatchObject({ code: 'ERR_IPFS' })
  })

  it('answers with what is no CID', async () => {
    node.on('pin/ls', (_, response) => json(response, { Cid: 'nonsense', Type: 'recursive' }))
    expect(await errorOf(listOf(connect()))).toMatchObject({
      code: 'ERR_IPFS',
      message: expect.stringContaining('nonsense') as unknown as string
    })
  })
})

describe('pinning', () => {
  it('goes on as long as blocks come, and tells how many', async () => {
    node.on('pin/add', async (_, response) => {
      for (let i = 1; i <= 6; i++) {
        response.write(`{"Progress":${i}}\n`)
        await new Promise((resolve) => setTimeout(resolve, PATIENCE / 4))
      }
      response.end(`{"Pins":["${text}"]}\n`)
    })
    const progress: number[] = []
    await connect({ pinTimeout: PATIENCE }).pin(pin, { onProgress: (blocks) => progress.push(blocks) })
    expect(progress).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('fails when no block comes, although the node talks', async () => {
    let timer: NodeJS.Timeout | undefined
    node.on('pin/add', (_, response) => {
      timer = setInterval(() => response.write('{"Progress":3}\n'), 20)
      response.on('close', () => clearInterval(timer))
    })
    const error = await errorOf(connect({ pinTimeout: 200 }).pin(pin))
    clearInterval(timer)
    expect(error).toMatchObject({
      code: 'ERR_IPFS_TIMEOUT',
      message: expect.stringContaining('pin_timeout') as unknown as string
    })
  })

  it('is ended at the node when the caller has enough', async () => {
    const closed = Promise.withResolvers<void>()
    const controller = new AbortController()
    node.on('pin/add', (_, response) => {
      response.on('close', () => closed.resolve())
      response.write('{"Progress":1}\n')
    })
    const reason = new Error('unpinned meanwhile')
    const onProgress = (): void => controller.abort(reason)
    expect(await errorOf(connect().pin(pin, { signal: controller.signal, onProgress }))).toBe(reason)
    await closed.promise
  })

  it('by update goes on as long as the node answers', async () => {
    const from = rawBlock('from').cid
    node.pins.set(from.toString(), 'recursive')
    const held = Promise.withResolvers<void>()
    let checks = 0
    node.on('id', (_, response) => {
      json(response, { ID: FAKE_ID, Addresses: [] })
      if (++checks === 3) held.resolve()
    })
    node.on('pin/update', async (_, response) => {
      await held.promise
      json(response, { Pins: [] })
    })
    await connect({ pinTimeout: 50 }).pin({ ...pin, pinUpdate: from })
    expect(checks).toBe(3)
  })

  it('by update ends when the node does not answer any more', async () => {
    const from = rawBlock('from').cid
    node.pins.set(from.toString(), 'recursive')
    node.on('pin/update', () => {})
    node.on('id', (_, response) => fail(response, 'shutting down'))
    const error = await errorOf(connect({ pinTimeout: 50 }).pin({ ...pin, pinUpdate: from }))
    expect(error).toMatchObject({
      code: 'ERR_IPFS',
      message: expect.stringContaining('shutting down') as unknown as string
    })
  })

  it('and unpinning can be watched by informers', async () => {
    let triggers = 0
    const ipfs = connect({ informerTriggerInterval: 2 }, { triggerInformers: () => triggers++ })
    await ipfs.pin(pin)
    expect(triggers).toBe(1)
    await ipfs.putBlocks([rawBlock('x')])
    expect(triggers).toBe(1)
    await Array.fromAsync(ipfs.repoGc())
    expect(triggers).toBe(2)
  })
})

describe('unpinning', () => {
  it('is refused when it is disabled', async () => {
    const error = await errorOf(connect({ unpinDisable: true }).unpin(cid))
    expect(error).toMatchObject({
      code: 'ERR_UNPIN_DISABLED',
      message: 'ipfs unpinning is disallowed by configuration on this peer'
    })
    expect(node.calls).toEqual([])
  })

  it('fails when the node does', async () => {
    node.on('pin/rm', (_, response) => fail(response, 'pin: context canceled'))
    expect(await errorOf(connect().unpin(cid))).toMatchObject({ code: 'ERR_IPFS' })
  })
})

describe('listings of pins', () => {
  const many = Array.from({ length: 5000 }, (_, i) => rawBlock(`pin ${i}`).cid.toString())

  it.each<[string, string[]]>([
    ['a line for each', many.map((item) => `{"Cid":"${item}","Name":"a \\"{ name","Type":"recursive"}\n`)],
    ['objects without lines between', many.map((item) => `{ "Cid": "${item}", "Type": "recursive" }`)],
    ['the one map of older nodes', [`{"Keys":{${many.map((item) => `"${item}":{"Type":"recursive"}`).join(',')}}}\n`]]
  ])('are read as %s, in whatever pieces they come', async (_, parts) => {
    const answer = Buffer.from(parts.join(''))
    node.on('pin/ls', async (_request, response) => {
      for (let at = 0, size = 1; at < answer.length; at += size, size = ((size * 7) % 9973) + 1) {
        response.write(answer.subarray(at, at + size))
        if (at % 5 === 0) await new Promise(setImmediate)
      }
      response.end()
    })
    expect(await listOf(connect())).toEqual(many)
  })

  it('may be empty', async () => {
    expect(await listOf(connect())).toEqual([])
    node.on('pin/ls', (_, response) => json(response, { Keys: {} }))
    expect(await listOf(connect())).toEqual([])
  })

  it('tell indirect pins by their first word', async () => {
    node.on('pin/ls', (_, response) => json(response, { Cid: text, Type: `indirect through ${text}` }))
    expect(await connect().pinStatus(pin)).toBe('indirect')
  })

  it('are not read faster than the caller takes them, and end at the node when the caller stops', async () => {
    let written = 0
    const closed = Promise.withResolvers<void>()
    const line = `{"Cid":"${text}","Type":"recursive"}\n`.repeat(1000)
    node.on('pin/ls', async (_, response) => {
      response.on('close', () => closed.resolve())
      while (!response.destroyed && written < 500 << 20) {
        written += line.length
        if (!response.write(line)) await Promise.race([once(response, 'drain'), closed.promise])
      }
    })
    let count = 0
    for await (const item of connect({ ipfsRequestTimeout: PATIENCE }).pins(['recursive'])) {
      expect(item.status).toBe('recursive')
      // A slow caller is not a slow node.
      if (++count === 1) await new Promise((resolve) => setTimeout(resolve, PATIENCE + 500))
      if (count === 10) break
    }
    await closed.promise
    expect(written).toBeLessThan(50 << 20)
  })
})

describe('storing blocks', () => {
  it('asks once whether the node imports CARs', async () => {
    const ipfs = connect()
    await ipfs.putBlocks([rawBlock('1')])
    await ipfs.putBlocks([rawBlock('2')])
    expect(node.calls.filter((call) => call.startsWith('dag/import'))).toHaveLength(3)
    expect(node.blocks.size).toBe(2)
  })

  it('asks again after a failure', async () => {
    const ipfs = connect()
    await ipfs.putBlocks([rawBlock('1')])
    node.on('dag/import', undefined)
    expect(await errorOf(ipfs.putBlocks([rawBlock('2')]))).toMatchObject({ code: 'ERR_IPFS' })
    await ipfs.putBlocks([rawBlock('3')])
    expect(node.blocks.size).toBe(2)
  })

  it('fails when the node does not keep all of them', async () => {
    node.on('dag/import', async (request, response) => {
      for await (const _ of request);
      json(response, { Stats: { BlockCount: 1, BlockBytesCount: 1 } })
    })
    expect(await errorOf(connect().putBlocks([rawBlock('1'), rawBlock('2')]))).toMatchObject({
      code: 'ERR_IPFS',
      message: expect.stringContaining('it stored 1 blocks of 2') as unknown as string
    })
  })

  it('fails when the node cannot pin what it is to pin', async () => {
    node.on('dag/import', async (request, response) => {
      for await (const _ of request);
      json(response, { Root: { PinErrorMsg: 'block is missing' } }, { Stats: { BlockCount: 1, BlockBytesCount: 1 } })
    })
    expect(await errorOf(connect().putBlocks([{ ...rawBlock('1'), pin: true }]))).toMatchObject({
      code: 'ERR_IPFS',
      message: expect.stringContaining('it cannot pin what it has: block is missing') as unknown as string
    })
  })

  it('gives the node all the time to pin in that it needs', async () => {
    let probes = 1
    node.on('dag/import', async (request, response) => {
      if (probes-- > 0) return fail(response, 'file argument is required', 400)
      for await (const _ of request);
      await new Promise((resolve) => setTimeout(resolve, PATIENCE + 500))
      json(response, { Stats: { BlockCount: 1, BlockBytesCount: 1 } })
    })
    await connect({ ipfsRequestTimeout: PATIENCE }).putBlocks([{ ...rawBlock('1'), pin: true }])
  })

  const endless = async function* (counter: { bytes: number }): AsyncGenerator<Block> {
    for (let i = 0; i < 100_000; i++) {
      const block = rawBlock(String(i).padEnd(65_536, '.'))
      counter.bytes += block.data.length
      yield block
    }
  }

  it('does not make blocks faster than the node takes them, and gives up on one that takes none', async () => {
    let probes = 1
    node.on('dag/import', (request, response) => {
      if (probes-- > 0) fail(response, 'file argument is required', 400)
      else request.pause()
    })
    const made = { bytes: 0 }
    expect(await errorOf(connect({ ipfsRequestTimeout: 400 }).putBlocks(endless(made)))).toMatchObject({
      code: 'ERR_IPFS_TIMEOUT'
    })
    expect(made.bytes).toBeLessThan(32 << 20)
  })

  it('stops making blocks when the node refuses in the middle', async () => {
    let probes = 1
    node.on('dag/import', (request, response) => {
      if (probes-- > 0) return fail(response, 'file argument is required', 400)
      request.once('data', () => fail(response, 'no space left on device'))
      return undefined
    })
    const made = { bytes: 0 }
    expect(await errorOf(connect().putBlocks(endless(made)))).toMatchObject({
      code: 'ERR_IPFS',
      message: expect.stringContaining('no space left on device') as unknown as string
    })
    expect(made.bytes).toBeLessThan(64 << 20)
  })

  it('waits for blocks that are slow to be made', async () => {
    const slow = async function* (): AsyncGenerator<Block> {
      yield rawBlock('1')
      await new Promise((resolve) => setTimeout(resolve, PATIENCE + 500))
      yield rawBlock('2')
    }
    await connect({ ipfsRequestTimeout: PATIENCE }).putBlocks(slow())
    expect(node.blocks.size).toBe(2)
  })

  it('one by one fails when one is refused or kept as something else', async () => {
    node.on('dag/import', undefined)
    node.on('block/put', (_, response) => json(response, { Key: text, Size: 1 }))
    const blocks = Array.from({ length: 20 }, (_, i) => rawBlock(String(i)))
    expect(await errorOf(connect().putBlocks(blocks))).toMatchObject({ code: 'ERR_IPFS' })
    node.on('block/put', (_, response) => fail(response, 'no space left on device'))
    expect(await errorOf(connect().putBlocks(blocks))).toMatchObject({
      message: expect.stringContaining('no space') as unknown as string
    })
    expect(node.calls.find((call) => call.startsWith('block/put'))).toBe(
      'block/put?allow-big-block=true&cid-codec=raw&mhlen=32&mhtype=sha2-256&pin=false'
    )
  })
})

describe('the identity of the node', () => {
  it('is asked once for many who want it at the same time', async () => {
    const ipfs = connect()
    await Promise.all(Array.from({ length: 50 }, async () => ipfs.id()))
    expect(node.calls).toEqual(['id'])
  })

  it('is not lost for others when one has enough', async () => {
    const answer = Promise.withResolvers<void>()
    node.on('id', async (_, response) => {
      await answer.promise
      json(response, { ID: FAKE_ID })
    })
    const ipfs = connect()
    const reason = new Error('enough')
    const controller = new AbortController()
    const impatient = errorOf(ipfs.id({ signal: controller.signal }))
    const patient = ipfs.id()
    controller.abort(reason)
    expect(await impatient).toBe(reason)
    answer.resolve()
    expect((await patient).id).toBe(FAKE_ID)
  })
})

describe('swarm', () => {
  const good = `/ip4/127.0.0.1/tcp/1/p2p/${FAKE_ID}`
  const bad = `/ip4/127.0.0.1/tcp/9/p2p/${FAKE_ID}`

  it('connects as far as it can', async () => {
    const ipfs = connect()
    await ipfs.swarmConnect([])
    await ipfs.swarmConnect([bad, good])
    expect(await errorOf(ipfs.swarmConnect([bad, bad]))).toMatchObject({ code: 'ERR_IPFS' })
  })
})

it('garbage collection tells errors key by key, and fails when there is another one', async () => {
  const ipfs = connect()
  node.on('repo/gc', (_, response) => {
    response.writeHead(200, { trailer: 'X-Stream-Error' })
    response.write(`{"Key":{"/":"${text}"}}\n{"Error":"disk"}\n`)
    response.addTrailers({ 'X-Stream-Error': 'encountered errors during gc run' })
    response.end()
  })
  const told = await Array.fromAsync(ipfs.repoGc())
  expect(told.map(({ key, error }) => [key?.toString(), error])).toEqual([
    [text, ''],
    [undefined, 'disk']
  ])
  node.on('repo/gc', (_, response) => {
    response.writeHead(200, { trailer: 'X-Stream-Error' })
    response.write(`{"Key":{"/":"${text}"}}\n`)
    response.addTrailers({ 'X-Stream-Error': 'broken' })
    response.end()
  })
  expect(await errorOf(Array.fromAsync(ipfs.repoGc()))).toMatchObject({ code: 'ERR_IPFS' })
})
