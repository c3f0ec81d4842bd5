import { join } from 'node:path'
import type { PeerId } from '@ipfs-cluster/api'
import { defaultPinOptions } from '@ipfs-cluster/api'
import { createPeer, peerInitFromConfig } from '../../src/cluster/index.ts'
import type { Peer } from '../../src/cluster/index.ts'
import { createIdentity, defaultServiceConfig } from '../../src/config/index.ts'
import type { Identity } from '../../src/config/index.ts'
import { FakeIpfsNode, memoryLogger } from '../cluster/fakes.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../helpers/until.ts'
import { collect, testCid } from '../pintracker/fakes.ts'
import type { Target } from './hostile-peer.ts'

const SECRET = new Uint8Array(32).fill(9)
const CLUSTER_NAME = 'attacked'

/** Lines that a log may have in addition after some hundred hostile inputs. */
const MAX_LINES = 120

/** A whole peer in this process, with what it logs. */
export interface RealPeer {
  peer: Peer
  lines: string[]
  id: PeerId
  stop(): Promise<void>
}

async function realPeer(identity: Identity, trustedPeers: '*' | PeerId[], bootstrap: string[] = []): Promise<RealPeer> {
  const folder = await temporaryFolder()
  const ipfs = new FakeIpfsNode()
  ipfs.up()
  const config = defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb' })
  Object.assign(config.cluster, {
    secret: SECRET,
    listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'],
    mdnsInterval: 0,
    pubsub: { ...config.cluster.pubsub, heartbeatInterval: 200 }
  })
  Object.assign(config.consensus.crdt ?? {}, { trustedPeers, clusterName: CLUSTER_NAME })
  const init = peerInitFromConfig(config, { identity, location: join(folder, 'leveldb'), folder, bootstrap })
  const { logger, lines } = memoryLogger()
  const peer = createPeer({ ...init, logger, parts: { ipfs: () => ipfs } })
  await peer.start()
  await peer.cluster.ready()
  const stop = async (): Promise<void> => {
    await peer.stop()
    await removeFolder(folder)
  }
  return { peer, lines, id: identity.id, stop }
}

/** A peer that is attacked, and an honest one beside it that must not notice. */
export class Victim {
  readonly target: Target
  readonly victim: RealPeer
  readonly honest: RealPeer
  readonly #unhandled: unknown[] = []
  readonly #keep = (reason: unknown): void => void this.#unhandled.push(reason)
  #pins = 0
  #before: string[] = []
  #lines = 0

  private constructor(victim: RealPeer, honest: RealPeer, address: string) {
    this.victim = victim
    this.honest = honest
    this.target = { address, secret: SECRET, clusterName: CLUSTER_NAME }
    process.on('unhandledRejection', this.#keep)
  }

  /** @param trusts - whether the victim believes everybody who knows the secret, or only the honest peer */
  static async start(trusts: 'everybody' | 'honest'): Promise<Victim> {
    const [mine, other] = [await createIdentity(), await createIdentity()]
    const victim = await realPeer(mine, trusts === 'everybody' ? '*' : [other.id])
    const { addresses } = await victim.peer.cluster.id()
    const address = addresses?.[0] ?? ''
    const honest = await realPeer(other, [mine.id], [address])
    const both = new Victim(victim, honest, address)
    await until('the peers know each other', async () => (await collect(victim.peer.cluster.peers())).length === 2)
    await both.expectServed()
    await both.remember()
    return both
  }

  /** Remembers how things are, to compare with later. */
  async remember(): Promise<void> {
    this.#lines = this.victim.lines.length
    this.#before = await this.pins()
  }

  async pins(): Promise<string[]> {
    const pins = await collect(this.victim.peer.cluster.pins())
    return pins.map(({ cid }) => cid.toString()).sort()
  }

  /** The honest peer gets an answer, and a change of its arrives. */
  async expectServed(): Promise<void> {
    await this.expectAlive()
    const cid = testCid(100_000 + this.#pins++)
    await this.honest.peer.cluster.pin(cid, defaultPinOptions())
    await until('a pin of the honest peer arrives', () => this.victim.peer.cluster.pinGet(cid).then(isTrue, isFalse))
    await this.honest.peer.cluster.unpin(cid)
    await until('it goes again', () => this.victim.peer.cluster.pinGet(cid).then(isFalse, isTrue))
  }

  async expectAlive(): Promise<void> {
    await until('the victim answers the honest peer', async () => {
      const peers = await collect(this.honest.peer.cluster.peers())
      return peers.some(({ id, error }) => id === this.victim.id && error === '')
    })
    if (this.#unhandled.length > 0) throw new Error('a rejection was not handled', { cause: this.#unhandled[0] })
  }

  /** Nothing has changed, and little was said about it. */
  async expectUnharmed(): Promise<void> {
    await this.expectServed()
    const after = await this.pins()
    if (after.join() !== this.#before.join())
      throw new Error(`the pinset was ${this.#before.length} pins, now it is ${after.join()}`)
    const lines = this.victim.lines.slice(this.#lines)
    if (lines.length > MAX_LINES)
      throw new Error(`the log has ${lines.length} lines more:\n${lines.slice(0, 40).join('\n')}`)
    const long = lines.find((line) => line.length > 2000 || /[\x00-\x08\x0a-\x1f]/.test(line))
    if (long !== undefined) throw new Error(`an unfit line in the log: ${long.slice(0, 300)}`)
  }

  async stop(): Promise<void> {
    await Promise.all([this.victim.stop(), this.honest.stop()])
    process.off('unhandledRejection', this.#keep)
  }
}

const isTrue = (): boolean => true
const isFalse = (): boolean => false
