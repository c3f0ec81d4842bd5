import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { join } from 'node:path'
import { TransportError } from '@ipfs-cluster/client'
import type { ClusterClient } from '@ipfs-cluster/client'
import { libp2pClient, libp2pTransport } from '@ipfs-cluster/client/libp2p'
import { emptyPin } from '@ipfs-cluster/api'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import { createIdentity, formatIdentity } from '@ipfs-cluster/core/config'
import { network } from '@ipfs-cluster/core/network'
import type { ByteStream, Network } from '@ipfs-cluster/core/network'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { pinsvcApi, restApi } from '../../src/index.ts'
import type { RestApi, RestApiInit } from '../../src/index.ts'
import { FakeCluster } from '../fake-cluster.ts'
import { send, targetOf } from '../raw-client.ts'
import { until } from '../serve.ts'

const HELLO = CID.parse('bafkqabtimvwgy3yk')
const HTTP = '/libp2p-http'
const LOOPBACK = ['/ip4/127.0.0.1/tcp/0']
const SECRET = new Uint8Array(32).fill(7)
const TLS = {
  sslCertFile: join(import.meta.dirname, '../fixtures/tls/cert.pem'),
  sslKeyFile: join(import.meta.dirname, '../fixtures/tls/key.pem')
}

const releases: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

function onEnd<T>(what: T, release: () => Promise<void>): T {
  releases.push(release)
  return what
}

/** Settings of a libp2p host of the API's own. */
async function ownIdentity(): Promise<Partial<RestApiInit>> {
  const { id, private_key: privateKey } = JSON.parse(formatIdentity(await createIdentity())) as Record<string, string>
  return { libp2pListenMultiaddress: LOOPBACK, id: id ?? '', privateKey: privateKey ?? '' }
}

async function serve(
  init: Partial<RestApiInit> = {},
  libp2p?: Network
): Promise<{ api: RestApi; cluster: FakeCluster; host: string; lines: string[] }> {
  const cluster = new FakeCluster()
  const lines: string[] = []
  const log = (line: string): void => void lines.push(line)
  const logger = { forComponent: () => ({ error: log, warn: log, info: log, debug: log }) }
  const api = restApi({ httpListenMultiaddress: LOOPBACK, ...init })({ cluster, logger, ...(libp2p && { libp2p }) })
  await api.start()
  onEnd(api, () => api.stop())
  return { api, cluster, host: api.libp2pAddresses[0] ?? '', lines }
}

/** The host of a peer. */
async function peerHost(secret?: Uint8Array): Promise<Network> {
  const { privateKey } = await createIdentity()
  const host = network({ secret, listenMultiaddress: LOOPBACK })({ privateKey, logger: nullLogger })
  await startAll([host])
  return onEnd(host, () => stopAll([host]))
}

function client(host: string, options: Partial<Parameters<typeof libp2pClient>[0]> = {}): ClusterClient {
  const made = libp2pClient({ host, ...options })
  return onEnd(made, () => made.close())
}

/** A stream on which a test may say what it likes. */
async function rawStream(host: string): Promise<ByteStream> {
  const caller = await peerHost()
  return caller.open(await caller.connect(host), HTTP)
}

async function readAll(stream: ByteStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += Buffer.from(chunk).toString()
  return text
}

describe('an API with a libp2p host of its own', () => {
  it('serves what it serves over TCP, to clients that know its ID', async () => {
    const init = await ownIdentity()
    const { api, host, lines } = await serve(init)
    expect(api.libp2pAddresses).toEqual([expect.stringMatching(new RegExp(`^/ip4/127.0.0.1/tcp/\\d+/p2p/${init.id}$`))])
    const user = client(host)
    expect((await user.id()).peername).toBe('peer0')
    const pin = await user.pin(HELLO, { name: 'über' })
    expect(pin.name).toBe('über')
    expect(await Array.fromAsync(user.allocations())).toMatchObject([{ name: 'über' }])
    expect((await send(targetOf(api.addresses[0]!), { path: '/version' })).status).toBe(200)
    expect(lines).toContain('RESTAPI (libp2p-http): ENABLED. Listening on:')
    await until(() => lines.some((line) => /^12D3KooW\w+ - - \[.*"GET \/id HTTP\/1\.1" 200/.test(line)))
  })

  it('is the same for the pinning service', async () => {
    const api = pinsvcApi({ httpListenMultiaddress: LOOPBACK, ...(await ownIdentity()) })({
      cluster: new FakeCluster(),
      logger: nullLogger
    })
    await api.start()
    onEnd(api, () => api.stop())
    const transport = libp2pTransport({ address: api.libp2pAddresses[0]! })
    onEnd(transport, () => transport.close())
    const { status, body } = await transport.request({ method: 'GET', path: '/pins', headers: {} })
    expect(status).toBe(200)
    expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe('{"count":0,"results":[]}\n')
  })

  it('asks for credentials, and tells browsers what they may do', async () => {
    const { host } = await serve({
      ...(await ownIdentity()),
      basicAuthCredentials: { alice: 'secret' },
      corsAllowedOrigins: ['http://app.example']
    })
    await expect(client(host).id()).rejects.toMatchObject({ status: 401, message: 'unauthorized: no auth provided' })
    await expect(client(host, { auth: { username: 'alice', password: 'wrong' } }).id()).rejects.toMatchObject({
      status: 401
    })
    const auth = { username: 'alice', password: 'secret' }
    expect((await client(host, { auth }).id()).peername).toBe('peer0')
    const transport = libp2pTransport({ address: host })
    onEnd(transport, () => transport.close())
    const headers = { origin: 'http://app.example', authorization: `Basic ${btoa('alice:secret')}` }
    const answer = await transport.request({ method: 'GET', path: '/version', headers })
    await Array.fromAsync(answer.body)
    expect(answer.header('access-control-allow-origin')).toBe('http://app.example')
  })

  it('needs no certificate where TCP has one', async () => {
    const { api, host } = await serve({ ...(await ownIdentity()), ...TLS })
    expect((await send(targetOf(api.addresses[0]!), { path: '/version' })).body).toContain('HTTPS server')
    expect((await client(host).version()).version).toBe('1.1.6')
  })

  it('answers before it has the whole body, when it can', async () => {
    const { host } = await serve({ ...(await ownIdentity()), basicAuthCredentials: { alice: 'secret' } })
    let sent = 0
    const content = (async function* () {
      for (; sent < 1000; sent++) yield new Uint8Array(100_000)
    })()
    const added = client(host).add([{ type: 'file', name: 'film', content }])
    await expect(added[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 401 })
    expect(sent).toBeLessThan(1000)
  })

  it('answers many requests at once', async () => {
    const { host } = await serve(await ownIdentity())
    const user = client(host)
    const versions = await Promise.all(Array.from({ length: 100 }, () => user.version()))
    expect(versions).toHaveLength(100)
  })

  it('waits for a client that stops reading, and ends when that goes away', async () => {
    const { cluster, host } = await serve(await ownIdentity())
    const batch = Array.from({ length: 256 }, () => ({ key: pinKey(HELLO), value: encodePin(emptyPin(HELLO)) }))
    let taken = 0
    let hasEnded = false
    cluster.streams.set('listStored', async function* () {
      try {
        for (; ; taken++) yield batch
      } finally {
        hasEnded = true
      }
    })
    const user = client(host)
    const pins = user.allocations()[Symbol.asyncIterator]()
    await pins.next()
    for (let before = -1; taken !== before;) {
      before = taken
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    // 85 KiB a batch: what the buffers of both sides and of the kernel hold.
    expect(taken).toBeLessThan(400)
    expect((await user.version()).version).toBe('1.1.6')
    await pins.return?.()
    await until(() => hasEnded)
  })

  it('closes connections on which no request comes', async () => {
    const { host } = await serve({ ...(await ownIdentity()), readHeaderTimeout: 100 })
    const stream = await rawStream(host)
    await stream.write(Buffer.from('GET /version HT'))
    expect(await readAll(stream)).toBe('')
  })

  it('closes connections that are idle', async () => {
    const { host } = await serve({ ...(await ownIdentity()), idleTimeout: 100 })
    const stream = await rawStream(host)
    await stream.write(Buffer.from('GET /version HTTP/1.1\r\nHost: a\r\n\r\n'))
    expect(await readAll(stream)).toContain('{"version":"1.1.6"}')
  })

  it('tells what is no HTTP that it is not', async () => {
    const { host } = await serve(await ownIdentity())
    const stream = await rawStream(host)
    await stream.write(Buffer.from('GARBAGE\r\n\r\n'))
    expect(await readAll(stream)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })

  it('does not take a body that is cut off for a whole one', async () => {
    const { cluster, host, api } = await serve(await ownIdentity())
    const stream = await rawStream(host)
    await stream.write(Buffer.from('POST /peers HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{"peer_id":'))
    await client(host).version()
    stream.abort(new Error('gone'))
    await client(host).version()
    await api.stop()
    expect(cluster.calls).toEqual([])
  })

  it('lets answers end when it stops, and takes no more', async () => {
    const { api, cluster, host } = await serve({ ...(await ownIdentity()), stopGrace: 20_000 })
    let release = (): void => {}
    const wait = new Promise<void>((resolve) => (release = resolve))
    cluster.streams.set('statusAll', async function* () {
      yield await cluster.status(HELLO)
      await wait
    })
    const infos = client(host).statusAll()[Symbol.asyncIterator]()
    await infos.next()
    const stopped = api.stop()
    release()
    expect(await infos.next()).toMatchObject({ done: true })
    await stopped
    expect(api.libp2pAddresses).toEqual([])
    await expect(client(host).id()).rejects.toMatchObject({ code: 'ERR_UNREACHABLE' })
  })

  it('is not started with a key of another ID, nor where an address is taken', async () => {
    const init = await ownIdentity()
    await expect(serve({ ...init, ...{ id: (await ownIdentity()).id ?? '' } })).rejects.toMatchObject({
      code: 'ERR_CONFIG'
    })
    const { host } = await serve(init)
    const taken = { ...(await ownIdentity()), libp2pListenMultiaddress: [host.replace(/\/p2p\/.*/, '')] }
    await expect(serve(taken)).rejects.toMatchObject({ code: 'ERR_LISTEN' })
  })
})

describe('an API on the host of its peer', () => {
  it('is for those who know the secret', async () => {
    const { host } = await serve({}, await peerHost(SECRET))
    expect((await client(host, { secret: SECRET }).id()).peername).toBe('peer0')
    for (const options of [{ secret: new Uint8Array(32) }, {}]) {
      const refused = client(host, options).id()
      await expect(refused).rejects.toBeInstanceOf(TransportError)
      await expect(refused).rejects.toMatchObject({ code: 'ERR_WRONG_SECRET' })
    }
  })

  it('gives way to a host of its own', async () => {
    const shared = await peerHost(SECRET)
    const { host } = await serve(await ownIdentity(), shared)
    expect((await client(host).version()).version).toBe('1.1.6')
    await expect(client(shared.addresses()[0]!, { secret: SECRET }).version()).rejects.toMatchObject({
      code: 'ERR_UNREACHABLE',
      message: expect.stringContaining('protocols not supported: [/libp2p-http]')
    })
  })

  it('leaves the host as it is when it stops', async () => {
    const shared = await peerHost(SECRET)
    const { api } = await serve({}, shared)
    await api.stop()
    expect(shared.addresses()).not.toEqual([])
    await serve({}, shared)
    expect((await client(shared.addresses()[0]!, { secret: SECRET }).version()).version).toBe('1.1.6')
  })
})

describe('a client', () => {
  it('speaks to no other peer than the one that it means', async () => {
    const { host } = await serve(await ownIdentity())
    const { id } = await createIdentity()
    const address = host.replace(/\/p2p\/.*/, `/p2p/${id}`)
    await expect(client(address).id()).rejects.toMatchObject({
      code: 'ERR_UNREACHABLE',
      message: `Get "libp2p://${id}/id": failed to dial ${id} (${address}): another peer answers there`
    })
  })

  it('gives up when it is told to', async () => {
    const { cluster, host } = await serve(await ownIdentity())
    let aborted: (() => void) | undefined
    const hasAborted = new Promise<void>((resolve) => (aborted = resolve))
    cluster.streams.set('statusAll', async function* (signal) {
      yield await cluster.status(HELLO)
      await once(signal!, 'abort')
      aborted?.()
    })
    const controller = new AbortController()
    const infos = client(host).statusAll(0, { signal: controller.signal })[Symbol.asyncIterator]()
    await infos.next()
    const next = infos.next()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(next).rejects.toBe(reason)
    await hasAborted
  })
})
