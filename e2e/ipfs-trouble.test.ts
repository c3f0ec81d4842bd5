import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import { Peer } from './harness/peer.ts'
import { freePorts } from './harness/ports.ts'

const IPFS_ID = '12D3KooWAk2z2zZL2UeA69uzy7WHGC9JFJ4LHuJy27BhWwGppLXw'

/** An IPFS node that pins after a while, except what nobody provides; it can be killed and started again. */
class SlowIpfs {
  readonly port: number
  readonly held = new Set<string>()
  readonly dead = new Set<string>()
  /** How long it takes for what somebody provides; `Infinity`: until {@link finish}. */
  pinMs = 50
  /** Answers `pin/add` in a way of its own. */
  onPin: ((response: ServerResponse) => void) | undefined
  mostRunning = 0
  readonly #running = new Map<string, () => void>()
  #server: Server | undefined

  constructor(port: number) {
    this.port = port
  }

  get running(): number {
    return this.#running.size
  }

  /** What runs and is provided. */
  get alive(): string[] {
    return [...this.#running.keys()].filter((cid) => !this.dead.has(cid))
  }

  finish(cid: string): void {
    this.#running.get(cid)?.()
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** As a kill -9: every connection breaks. */
  async kill(): Promise<void> {
    if (this.#server === undefined) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    this.#server = undefined
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://ipfs')
    const cid = searchParams.get('arg')
    switch (pathname) {
      case '/api/v0/id':
        return json(response, { ID: IPFS_ID, Addresses: [] })
      case '/api/v0/pin/ls':
        return this.#list(response, cid)
      case '/api/v0/pin/add':
        return this.#pin(response, cid ?? '')
      case '/api/v0/pin/rm':
        this.held.delete(cid ?? '')
        return json(response, { Pins: [cid] })
      case '/api/v0/repo/stat':
        return json(response, { RepoSize: 1, StorageMax: 1_000_000_000 })
      default:
        response.writeHead(404).end('404 page not found')
    }
  }

  #list(response: ServerResponse, cid: string | null): void {
    if (cid === null) return json(response, ...[...this.held].map((each) => ({ Cid: each, Type: 'recursive' })))
    if (this.held.has(cid)) return json(response, { Cid: cid, Type: 'recursive' })
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ Message: `path '/ipfs/${cid}' is not pinned`, Code: 0, Type: 'error' }))
  }

  #pin(response: ServerResponse, cid: string): void {
    if (this.onPin !== undefined) return this.onPin(response)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    const done = (): void => {
      this.held.add(cid)
      this.#running.delete(cid)
      response.end(`${JSON.stringify({ Pins: [cid] })}\n`)
    }
    this.#running.set(cid, done)
    this.mostRunning = Math.max(this.mostRunning, this.running)
    const timer = this.dead.has(cid) || this.pinMs === Infinity ? undefined : setTimeout(done, this.pinMs)
    response.once('close', () => {
      this.#running.delete(cid)
      clearTimeout(timer)
    })
  }
}

function json(response: ServerResponse, ...documents: unknown[]): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(documents.map((document) => `${JSON.stringify(document)}\n`).join(''))
}

interface Status {
  status: string
  error: string
  attempt_count: number
  detail?: { reason: string; last_error?: string; next_try?: string }
}

describe('a peer whose IPFS node is in trouble', () => {
  const CONCURRENT = 500
  let folder: ReturnType<typeof temporaryFolder>
  let ipfs: SlowIpfs
  let peer: Peer

  const init = async (concurrentPins: number): Promise<void> => {
    const [port = 0] = await freePorts(1)
    ipfs = new SlowIpfs(port)
    await ipfs.start()
    const env = { CLUSTER_STATELESS_CONCURRENTPINS: String(concurrentPins) }
    peer = await Peer.init({ folder: folder.path, ipfsPort: port, env })
    await peer.start()
  }

  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(async () => {
    await peer.kill()
    await ipfs.kill()
    folder[Symbol.dispose]()
  })

  const pinAll = async (names: readonly string[]): Promise<void> => {
    const todo = names.map((name) => rawCid(name).toString())
    const worker = async (): Promise<void> => {
      for (let cid = todo.shift(); cid !== undefined; cid = todo.shift()) {
        expect((await fetch(`${peer.rest}/pins/${cid}`, { method: 'POST' })).status).toBe(200)
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
  }

  const statusOf = async (name: string): Promise<Status> => {
    const answer = await fetch(`${peer.rest}/pins/${rawCid(name).toString()}?explain=true`)
    const { peer_map: peers } = (await answer.json()) as { peer_map: Record<string, Status> }
    return peers[peer.id]!
  }

  const until = async (what: string, seconds: number, condition: () => boolean | Promise<boolean>): Promise<number> => {
    const begin = performance.now()
    while (!(await condition())) {
      if (performance.now() - begin > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`)
      await sleep(20)
    }
    return performance.now() - begin
  }

  /** Seconds of CPU that the daemon has used. */
  const cpu = (): number => {
    const fields = readFileSync(`/proc/${peer.daemon.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

  it('idles while the node is away with 500 pins running, and pins all of them when it is back', async () => {
    await init(CONCURRENT)
    ipfs.pinMs = 600_000
    await pinAll(names('pin', CONCURRENT))
    await until('all of them run', 60, () => ipfs.running === CONCURRENT)
    await ipfs.kill()
    await until('the status says it', 60, async () => (await statusOf('pin7')).status === 'pin_error')
    expect((await statusOf('pin7')).detail?.reason).toContain('the IPFS node is away since')
    const before = cpu()
    await sleep(5000)
    const share = (cpu() - before) / 5
    expect(share).toBeLessThan(0.2)
    ipfs.pinMs = 10
    await ipfs.start()
    const seconds = (await until('all are pinned', 60, () => ipfs.held.size === CONCURRENT)) / 1000
    await until('the status says it', 60, async () => (await statusOf('pin7')).status === 'pinned')
    console.log(
      `CPU while the node was away: ${(share * 100).toFixed(1)} %; all pinned ${seconds.toFixed(1)} s after it came back`
    )
    // Sooner than the first try of a pin that has failed by itself.
    expect(seconds).toBeLessThan(25)
  })

  it('pins as many at once as without them when the first 20 are provided by nobody', async () => {
    await init(10)
    ipfs.pinMs = Infinity
    const first = names('first', 20)
    for (const name of first) ipfs.dead.add(rawCid(name).toString())
    await pinAll(first)
    await pinAll(names('then', 200))
    for (let left = 200; left > 0; left = 200 - ipfs.held.size) {
      await until('ten that are provided run', 60, () => ipfs.alive.length >= Math.min(10, left))
      for (const cid of ipfs.alive) ipfs.finish(cid)
    }
    await until('none but those that nobody provides are left', 60, () => ipfs.running === 20)
    expect(ipfs.mostRunning).toBeLessThanOrEqual(40)
    expect(await statusOf('first7')).toMatchObject({ status: 'pinning', error: '' })
    expect((await statusOf('first7')).detail?.reason).toContain('no block has come')
  }, 180_000)

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['an error', (response) => fail(response, 'write: no space left on device'), 'no space left on device'],
    ['HTML', (response) => response.writeHead(502).end('<html>Bad Gateway</html>'), 'Bad Gateway'],
    ['HTML as if all were well', (response) => response.end('<html></html>'), 'not understood'],
    ['nothing', (response) => response.end(), 'without a word'],
    ['half a line', (response) => response.end('{"Pins":["ba'), 'not understood']
  ])('says so when a pin is answered with %s, and goes on', async (_, answer, words) => {
    await init(10)
    ipfs.onPin = answer
    await pinAll(['bad'])
    await until('it has failed', 60, async () => (await statusOf('bad')).status === 'pin_error')
    const { error, attempt_count: attempts, detail } = await statusOf('bad')
    expect(error).toContain(words)
    expect(attempts).toBe(1)
    expect(detail?.reason).toContain('failed once')
    ipfs.onPin = undefined
    await pinAll(['good'])
    await until('another is pinned', 60, async () => (await statusOf('good')).status === 'pinned')
  })

  it('is not deceived by a node that says that it has pinned, or lists what nobody asked for', async () => {
    await init(10)
    ipfs.held.add(rawCid('of somebody else').toString())
    ipfs.onPin = (response) => json(response, { Pins: ['bafkqaaa'] })
    await pinAll(['lie'])
    await until('it shows', 60, async () => (await statusOf('lie')).status === 'unexpectedly_unpinned')
    const listing = await (await fetch(`${peer.rest}/pins`)).text()
    expect(listing.trim().split('\n')).toHaveLength(1)
    expect(listing).toContain('unexpectedly_unpinned')
  })

  it('remembers over a restart how often a pin has failed', async () => {
    await init(10)
    ipfs.onPin = (response) => fail(response, 'no space left on device')
    await pinAll(['bad'])
    await until('it has failed', 60, async () => (await statusOf('bad')).status === 'pin_error')
    expect(await peer.stop()).toBe(0)
    await peer.start()
    expect(await statusOf('bad')).toMatchObject({ status: 'pin_error', attempt_count: 1 })
    expect((await statusOf('bad')).error).toContain('no space left on device')
  })
})

function fail(response: ServerResponse, message: string): void {
  response.writeHead(500, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ Message: message, Code: 0, Type: 'error' }))
}
