import type { CID } from 'multiformats/cid'
import { pinFromJSON } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import { blockIdOf } from '@ipfs-cluster/core/blocks'
import { crdt } from '@ipfs-cluster/core/consensus/crdt'
import type { CrdtComponents, CrdtConsensus, CrdtInit } from '@ipfs-cluster/core/consensus/crdt'
import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import type { Datastore, DatastoreReader } from '@ipfs-cluster/core/datastore'
import { nullLogger } from '@ipfs-cluster/core/util'
import type { BroadcastMessage } from '../../../src/consensus/crdt/interface.ts'

export const PEER_A = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
export const PEER_B = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'

/** Everything under a prefix: keys, and values in hex. */
export async function dump(datastore: DatastoreReader, prefix: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {}
  for await (const chunk of datastore.entries({ prefix })) {
    for (const { key, value } of chunk) all[key] = Buffer.from(value).toString('hex')
  }
  return all
}

/** Messages that go to every other replica, in order, or are held back. */
export class TestTopic {
  readonly sent: BroadcastMessage[] = []
  readonly #handlers = new Map<string, (message: BroadcastMessage) => void>()

  broadcaster(self: string): NonNullable<CrdtComponents['broadcaster']> {
    return {
      publish: async (data) => {
        const message = { from: self, data }
        this.sent.push(message)
        for (const [peer, handle] of this.#handlers) if (peer !== self) handle(message)
      },
      subscribe: (handle, accept) => {
        this.#handlers.set(self, (message) => {
          if (accept(message.from)) handle(message)
        })
        return () => this.#handlers.delete(self)
      }
    }
  }

  deliver(message: BroadcastMessage): void {
    for (const handle of this.#handlers.values()) handle(message)
  }
}

/** Blocks of several places. */
export class TestBlocks {
  readonly bytes = new Map<string, Uint8Array>()
  readonly peers: CrdtConsensus[] = []
  /** Names of the blocks that were given. */
  readonly asked: string[] = []
  /** Asked once for each block: whether it cannot be had now. */
  isAway: () => boolean = () => false

  async getBlock(cid: CID): Promise<Uint8Array> {
    if (this.isAway()) throw new Error(`nobody has ${cid.toString()} now`)
    this.asked.push(blockIdOf(cid))
    const known = this.bytes.get(blockIdOf(cid))
    if (known !== undefined) return known
    for (const peer of this.peers) {
      const found = await peer.blocks.get(cid)
      if (found !== undefined) return found
    }
    throw new Error(`nobody has ${cid.toString()}`)
  }
}

/** A replica with everything around it. */
export interface TestReplica {
  readonly consensus: CrdtConsensus
  readonly datastore: Datastore
  readonly events: string[]
  start(): Promise<void>
  stop(): Promise<void>
}

export function testReplica(init: CrdtInit = {}, components: Partial<CrdtComponents> = {}): TestReplica {
  const datastore = components.datastore ?? memoryDatastore()
  const events: string[] = []
  const consensus = crdt({ trustedPeers: ['*'], repairInterval: 0, ...init })({
    peerId: PEER_A,
    hooks: {
      onPut: (pin) => events.push(`put ${pin.cid.toString()} ${pin.name}`),
      onDelete: (cid) => events.push(`delete ${cid.toString()}`)
    },
    logger: nullLogger,
    ...components,
    datastore
  })
  return {
    consensus,
    datastore,
    events,
    start: async () => {
      await datastore.open()
      await consensus.start()
      consensus.afterStart()
    },
    stop: async () => {
      await consensus.stop()
      await datastore.close()
    }
  }
}

/** A pin as a vector has it. */
export function vectorPin(json: unknown): Pin {
  return pinFromJSON(json)
}

/** A pin of everything below a CID, on every peer. */
export function pinOf(cid: CID, name = ''): Pin {
  return {
    ...pinFromJSON({ cid: cid.toString(), name, type: 'pin', max_depth: -1 }),
    replicationFactorMin: -1,
    replicationFactorMax: -1
  }
}

/** What a Go replica stores, without the markers of additions that were taken back: ours keeps those for nothing. */
export function withoutTakenBack(dump: Record<string, string>): Record<string, string> {
  const isTakenBack = (key: string): boolean =>
    `/c/s/s/${key.slice('/c/s/s/'.length)}` in dump && `/c/s/t/${key.slice('/c/s/t/'.length)}` in dump
  return Object.fromEntries(Object.entries(dump).filter(([key]) => !/^\/c\/s\/[st]\//.test(key) || !isTakenBack(key)))
}
