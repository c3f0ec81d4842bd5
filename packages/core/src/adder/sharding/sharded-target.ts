import { ClusterError, pinWithOptions } from '@ipfs-cluster/api'
import { MAX_SHARDS } from '../defaults.ts'
import { pinOptionsOf } from '../pin-options.ts'
import { linkNodes } from './link-nodes.ts'
import { Shard } from './shard.ts'
import type { AddedOutput, AddParams, PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../../ipfs/interface.ts'
import type { AbortOptions } from '../../util/startable.ts'
import type { AdderComponents, AddTarget } from '../interface.ts'

/**
 * Spreads one DAG over several peers: its blocks, in the order in which they come, fill one shard after the other, each
 * allocated for itself and pinned when it is full. At the end the cluster DAG, which lists the shards, is pinned
 * everywhere, and the item itself as what refers to that (spec: rest 6).
 */
export class ShardedTarget implements AddTarget {
  readonly #components: Pick<AdderComponents, 'openSink' | 'shards'>
  readonly #params: AddParams
  readonly #signal: AbortSignal
  readonly #failed = new AbortController()
  readonly #shards: CID[] = []
  readonly #load = new Map<PeerId, number>()
  /** Pins that this add has made, to be taken back when it fails. */
  #made: Pin[] = []
  #outputs: AddedOutput[] = []
  #current: Shard | undefined
  #totalSize = 0

  constructor(components: Pick<AdderComponents, 'openSink' | 'shards'>, params: AddParams, signal: AbortSignal) {
    this.#components = components
    this.#params = params
    this.#signal = signal
  }

  /** Of the shard that is being filled. */
  get allocations(): readonly PeerId[] {
    return this.#current?.allocations ?? []
  }

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  put(block: Block): Promise<void> | undefined {
    return this.#current?.fits(block) === true ? this.#current.put(block) : this.#putInNext(block)
  }

  takeOutputs(): AddedOutput[] {
    return this.#outputs.splice(0)
  }

  async complete([root]: readonly CID[], options: AbortOptions): Promise<void> {
    await this.#closeShard()
    if (root === undefined) return
    const [clusterDag] = linkNodes(this.#shards, MAX_SHARDS)
    await this.#components.shards.putLocal([clusterDag], options)
    const { name } = this.#params
    this.#tell(`${name}-clusterDAG`, clusterDag.cid, this.#totalSize, [])
    const pinOptions = { ...pinOptionsOf(this.#params), mode: 'direct' } as const
    const everywhere = { replicationFactorMin: -1, replicationFactorMax: -1, name: `${name}-clusterDAG` }
    await this.#pin({
      ...pinWithOptions(clusterDag.cid, { ...pinOptions, ...everywhere }),
      ...{ type: 'clusterdag-pin', reference: root }
    })
    await this.#pin({ ...pinWithOptions(root, pinOptions), type: 'meta-pin', reference: clusterDag.cid })
    this.#made = []
  }

  async abort(reason: unknown): Promise<void> {
    this.#current?.abort(reason)
    this.#failed.abort(reason)
    const made = this.#made.reverse()
    this.#made = []
    if (made.length > 0) await this.#components.shards.unpinParts(made)
  }

  async #putInNext(block: Block): Promise<void> {
    await this.#closeShard()
    if (this.#shards.length >= MAX_SHARDS) {
      throw new ClusterError('ERR_ADD_OPTION', `more than ${MAX_SHARDS} shards: shard size too small?`)
    }
    const options = { signal: this.#signal, load: this.#load }
    const sink = await this.#components.openSink(this.#params, options)
    sink.failed.addEventListener('abort', () => this.#failed.abort(sink.failed.reason), { once: true })
    this.#current = new Shard(sink, this.#params.shardSize)
    if (!this.#current.fits(block)) {
      throw new ClusterError('ERR_ADD_OPTION', "block doesn't fit in empty shard: shard size too small?")
    }
    await this.#current.put(block)
  }

  async #closeShard(): Promise<void> {
    if (this.#current === undefined) return
    const { size, allocations } = this.#current
    const cid = await this.#current.close({ signal: this.#signal, pin: !this.#params.noPin })
    this.#current = undefined
    const index = this.#shards.length
    const pinOptions = { ...pinOptionsOf(this.#params), name: `${this.#params.name}-shard-${index}`, shardSize: size }
    await this.#pin({
      ...pinWithOptions(cid, pinOptions),
      ...{ type: 'shard-pin', maxDepth: 1, allocations: [...allocations], reference: this.#shards.at(-1) ?? null }
    })
    this.#tell(`shard-${index}`, cid, size, allocations)
    this.#shards.push(cid)
    this.#totalSize += size
    for (const peer of allocations) this.#load.set(peer, (this.#load.get(peer) ?? 0) + 1)
  }

  async #pin(pin: Pin): Promise<void> {
    if (this.#params.noPin) return
    if (await this.#components.shards.pinPart(pin, { signal: this.#signal })) this.#made.push(pin)
  }

  #tell(name: string, cid: CID, size: number, allocations: readonly PeerId[]): void {
    this.#outputs.push({ name, cid, bytes: 0, size, allocations: [...allocations] })
  }
}
