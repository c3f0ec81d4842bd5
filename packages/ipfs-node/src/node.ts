import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { Blocks } from './dag/blocks.ts'
import { DISK_RESERVE, SEGMENT_SIZE } from './defaults.ts'
import type { Swarm } from './exchange/swarm.ts'
import { gatewayServer } from './gateway/server.ts'
import { closeServer, listen, withPort } from './http/listen.ts'
import type { IpfsNode, IpfsNodeInit } from './interface.ts'
import { dnsText } from './names/dnslink.ts'
import { readIpnsRecord } from './names/ipns.ts'
import { Names } from './names/names.ts'
import type { NodeParts } from './parts.ts'
import { Collector } from './pins/collect.ts'
import { Holders } from './pins/holders.ts'
import { Leases } from './pins/leases.ts'
import { Pins } from './pins/pins.ts'
import type { Profile } from './repo/config.ts'
import { loadIdentity } from './repo/identity.ts'
import { Repo } from './repo/repo.ts'
import { rpcServer } from './rpc/server.ts'
import { BlockStore } from './store/block-store.ts'
import { Segments } from './store/segments.ts'

/** Runs the parts of a node. */
export class Node implements IpfsNode {
  readonly #init: IpfsNodeInit
  readonly #parts: NodeParts
  readonly #cleanups: (() => Promise<void>)[]
  #apiMultiaddr = ''
  #gatewayMultiaddr = ''

  private constructor(init: IpfsNodeInit, parts: NodeParts, cleanups: (() => Promise<void>)[]) {
    this.#init = init
    this.#parts = parts
    this.#cleanups = cleanups
  }

  /** Opens the repo and starts everything; on a failure what was started is stopped again. */
  static async start(init: IpfsNodeInit): Promise<Node> {
    const cleanups: (() => Promise<void>)[] = []
    try {
      const node = new Node(init, await openParts(init, cleanups), cleanups)
      await node.#listen()
      return node
    } catch (err) {
      await runAll(cleanups).catch(() => {})
      throw err
    }
  }

  get peerId(): string {
    return this.#parts.identity.peerId
  }

  get apiMultiaddr(): string {
    return this.#apiMultiaddr
  }

  get gatewayMultiaddr(): string {
    return this.#gatewayMultiaddr
  }

  get swarmMultiaddrs(): string[] {
    return this.#parts.swarm?.addresses() ?? []
  }

  async stop(): Promise<void> {
    await runAll(this.#cleanups)
  }

  async #listen(): Promise<void> {
    const { repo } = this.#parts
    const { API, Gateway } = repo.config.Addresses
    this.#apiMultiaddr = await this.#serve(rpcServer(this.#parts), this.#init.api ?? API, '--api')
    const gateway = this.#init.gateway ?? Gateway
    if (gateway !== '') this.#gatewayMultiaddr = await this.#serve(gatewayServer(this.#parts), gateway, '--gateway')
    await repo.announce({ api: this.#apiMultiaddr, ...(gateway === '' ? {} : { gateway: this.#gatewayMultiaddr }) })
  }

  async #serve(app: FastifyInstance, address: string, flag: string): Promise<string> {
    this.#cleanups.push(() => closeServer(app))
    return withPort(address, await listen(app, address, flag))
  }
}

async function openParts(init: IpfsNodeInit, cleanups: (() => Promise<void>)[]): Promise<NodeParts> {
  const repo = await Repo.open(init.repo, init.profile ?? 'loopback')
  cleanups.push(() => repo.close())
  const identity = loadIdentity(repo.config.Identity)
  const store = new BlockStore(
    repo.database,
    new Segments({
      folder: join(repo.path, 'blocks'),
      segmentSize: init.segmentSize ?? SEGMENT_SIZE,
      reserve: init.diskReserve ?? DISK_RESERVE
    })
  )
  const lost = await store.open()
  if (lost > 0) init.log?.(`${lost} blocks were lost on disk and are fetched again when they are needed`)
  cleanups.push(() => store.close())
  const swarm = await startSwarm(init, { repo, identity, store }, cleanups)
  const blocks = new Blocks({ store, exchange: swarm?.exchange })
  const leases = new Leases()
  const pins = new Pins({ database: repo.database, blocks, leases, onPinned: (root) => swarm?.provide(root) })
  const collector = new Collector({ blocks, pins, leases })
  const names = swarm !== undefined && profileOf(init, repo) === 'online' ? openNames(init, swarm) : undefined
  return { repo, identity, blocks, leases, pins, collector, holders: new Holders({ pins, blocks }), swarm, names }
}

function openNames({ dns }: IpfsNodeInit, swarm: Swarm): Names {
  return new Names({
    lookUpText: dnsText(dns),
    readRecord: (name, options) => readIpnsRecord(name, (key) => swarm.record(key, options), options)
  })
}

function profileOf(init: IpfsNodeInit, { config }: Repo): Profile {
  return init.profile ?? config.Profile
}

async function startSwarm(
  init: IpfsNodeInit,
  { repo, identity, store }: Pick<NodeParts, 'repo' | 'identity'> & { store: BlockStore },
  cleanups: (() => Promise<void>)[]
): Promise<Swarm | undefined> {
  const { config } = repo
  const profile = profileOf(init, repo)
  if (profile === 'offline') return undefined
  const { Swarm } = await import('./exchange/swarm.ts')
  const swarm = await Swarm.start(
    { profile, listen: init.swarm ?? config.Addresses.Swarm, bootstrap: config.Bootstrap },
    { identity, store }
  )
  cleanups.push(() => swarm.stop())
  return swarm
}

/** Stops in reverse order, all of them whatever the others do. */
async function runAll(cleanups: (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup().catch((err: unknown) => errors.push(err))
  if (errors.length > 0) throw new AggregateError(errors, 'the node did not stop cleanly')
}
