import { setTimeout as delay } from 'node:timers/promises'
import { cidToText, ClusterError } from '@ipfs-cluster/api'
import type { IpfsId, IpfsRepoStat } from '@ipfs-cluster/api'
import type { HeldPin, IpfsConnector, IpfsPin, IpfsPinStatus } from '@ipfs-cluster/core/ipfs'
import type { CID } from 'multiformats/cid'

interface Aborting {
  signal?: AbortSignal
}

/** An IPFS node that takes its time to pin, and has no blocks; what the peer of some transcripts had. */
export class SlowIpfs implements IpfsConnector {
  readonly #id: string
  readonly #pinTime: number
  readonly #pins = new Map<string, CID>()

  constructor(id: string, pinTime: number) {
    this.#id = id
    this.#pinTime = pinTime
  }

  async id(): Promise<IpfsId> {
    return { id: this.#id, addresses: [], error: '' }
  }

  async ready(): Promise<void> {}

  async pin({ cid }: { cid: CID }, { signal }: Aborting = {}): Promise<void> {
    await delay(this.#pinTime, undefined, { signal })
    this.#pins.set(cidToText(cid), cid)
  }

  async unpin(cid: CID): Promise<void> {
    this.#pins.delete(cidToText(cid))
  }

  async pinStatus({ cid }: { cid: CID }): Promise<IpfsPinStatus> {
    return this.#pins.has(cidToText(cid)) ? 'recursive' : 'unpinned'
  }

  async *pins(kinds: readonly string[]): AsyncIterable<IpfsPin> {
    if (kinds.includes('recursive')) for (const cid of this.#pins.values()) yield { cid, status: 'recursive' }
  }

  async *heldPins(kinds: readonly string[]): AsyncIterable<readonly HeldPin[]> {
    for await (const { cid, status } of this.pins(kinds)) yield [{ cid: cid.bytes, status }]
  }

  async putBlocks(): Promise<void> {
    throw unable()
  }

  async getBlock(): Promise<Uint8Array> {
    throw unable()
  }

  async repoStat(): Promise<IpfsRepoStat> {
    return { repoSize: 0n, storageMax: 10_000_000_000n }
  }

  async *repoGc(): AsyncIterable<never> {}

  async resolve(): Promise<CID> {
    throw unable()
  }

  async swarmPeers(): Promise<string[]> {
    return []
  }

  async swarmConnect(): Promise<void> {}

  async configKey(): Promise<unknown> {
    return undefined
  }
}

function unable(): ClusterError {
  return new ClusterError('ERR_IPFS', 'this node has no blocks')
}
