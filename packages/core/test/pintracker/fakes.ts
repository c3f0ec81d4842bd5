import { setTimeout as sleep } from 'node:timers/promises'
import type { Pin, PinOptions } from '@ipfs-cluster/api'
import { ClusterError, PinTypeBits, Time } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { encodePin, pinKey } from '../../src/codec/index.ts'
import type { HeldPin, IpfsConnector, IpfsPin, IpfsPinStatus } from '../../src/ipfs/interface.ts'
import type { AbortOptions } from '../../src/util/startable.ts'
import type { ListOptions, PinState, StoredPin } from '../../src/state/interface.ts'

export const PEER = '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'
export const OTHER_PEER = '12D3KooWG7cNSH8CAfiCZ619K5XxHCrEMcZggvhF9M96EEBeVDo6'
export const IPFS_ID = '12D3KooWG3ySxUXCtRdZEN8H7uEmHXydFJMhZJHnf1neJr5Fm5Rg'

/** A raw CIDv1 whose hash is made of the number; larger numbers have larger keys. */
export function testCid(n: number): CID {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setUint32(0, n)
  new DataView(digest.buffer).setUint32(28, n)
  return CID.createV1(raw.code, create(0x12, digest))
}

export const NO_OPTIONS: PinOptions = {
  replicationFactorMin: -1,
  replicationFactorMax: -1,
  name: '',
  mode: 'recursive',
  shardSize: 0,
  userAllocations: null,
  expireAt: Time.ZERO,
  metadata: null,
  pinUpdate: null,
  origins: []
}

/** A pin as the state gives it. */
export function testPin(cid: CID, fields: Partial<Pin> = {}): Pin {
  return {
    ...NO_OPTIONS,
    cid,
    type: 'pin',
    allocations: [],
    maxDepth: fields.mode === 'direct' ? 0 : -1,
    reference: null,
    timestamp: new Time(Math.floor(Date.now() / 1000)),
    ...fields
  }
}

/** A pinset in memory, in the order of its keys. */
export class FakeState implements PinState {
  readonly #pins = new Map<string, Pin>()

  put(pin: Pin): Pin {
    this.#pins.set(pin.cid.toString(), pin)
    return pin
  }

  delete(cid: CID): void {
    this.#pins.delete(cid.toString())
  }

  async get(cid: CID): Promise<Pin | undefined> {
    return this.#pins.get(cid.toString())
  }

  async has(cid: CID): Promise<boolean> {
    return this.#pins.has(cid.toString())
  }

  async *list({ types = 0, after = '', limit = Infinity }: ListOptions = {}): AsyncIterable<Pin> {
    const pins = [...this.#pins.values()]
      .map((pin) => ({ pin, key: pinKey(pin.cid) }))
      .filter(({ pin, key }) => key > after && (types === 0 || (PinTypeBits[pin.type] & types) !== 0))
    yield* pins
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit)
      .map(({ pin }) => pin)
  }

  /** Few to a batch, so that there are several. */
  async *listStored(options: ListOptions = {}): AsyncIterable<readonly StoredPin[]> {
    let batch: StoredPin[] = []
    for await (const pin of this.list(options)) {
      batch.push({ key: pinKey(pin.cid), value: encodePin(pin) })
      if (batch.length < 2) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  }

  async *listByCreation(): AsyncIterable<never> {
    throw new Error('not part of this fake')
  }

  async placesOf(): Promise<never> {
    throw new Error('not part of this fake')
  }

  async countByCreation(): Promise<number> {
    throw new Error('not part of this fake')
  }

  async pinsPerPeer(): Promise<Map<string, number>> {
    throw new Error('not part of this fake')
  }

  async count(): Promise<number> {
    return this.#pins.size
  }
}

/** An IPFS node whose calls end when the test says so. */
export class FakeIpfs implements Pick<IpfsConnector, 'pin' | 'unpin' | 'pinStatus' | 'pins' | 'heldPins' | 'ready'> {
  readonly held = new Map<string, IpfsPinStatus>()
  readonly calls: string[] = []
  /** Set: every question is answered with this error. */
  down: string | undefined
  /** False: pins and unpins wait for {@link finish}. */
  immediate = true
  readonly #waiting = new Map<string, (error?: Error) => void>()
  readonly #listeners = new Map<string, (blocks: number) => void>()

  async ready({ signal }: AbortOptions = {}): Promise<void> {
    while (this.down !== undefined) await sleep(2, undefined, { signal })
  }

  async pin(pin: Pin, options: { signal?: AbortSignal; onProgress?(blocks: number): void } = {}): Promise<void> {
    const cid = pin.cid.toString()
    if (options.onProgress !== undefined) this.#listeners.set(cid, options.onProgress)
    await this.#call('pin', pin.cid, options.signal).finally(() => this.#listeners.delete(cid))
    this.held.set(pin.cid.toString(), pin.maxDepth === 0 ? 'direct' : 'recursive')
  }

  async unpin(cid: CID, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#call('unpin', cid, signal)
    this.held.delete(cid.toString())
  }

  async pinStatus(pin: Pin): Promise<IpfsPinStatus> {
    this.#check()
    return this.held.get(pin.cid.toString()) ?? 'unpinned'
  }

  async *pins(kinds: readonly IpfsPinStatus[]): AsyncIterable<IpfsPin> {
    this.calls.push(`pins ${kinds.join(',')}`)
    this.#check()
    for (const [cid, status] of this.held) {
      if (kinds.includes(status)) yield { cid: CID.parse(cid), status }
    }
  }

  async *heldPins(kinds: readonly IpfsPinStatus[]): AsyncIterable<readonly HeldPin[]> {
    for await (const { cid, status } of this.pins(kinds)) yield [{ cid: cid.bytes, status }]
  }

  /** Ends a pin or unpin that waits, such as `pin bafy...`. */
  finish(name: 'pin' | 'unpin', cid: CID, error?: Error): void {
    const end = this.#waiting.get(`${name} ${cid.toString()}`)
    if (end === undefined) throw new Error(`no ${name} of ${cid.toString()} waits; calls: ${this.calls.join(', ')}`)
    end(error)
  }

  /** A pin that waits has so many blocks. */
  progress(cid: CID, blocks: number): void {
    this.#listeners.get(cid.toString())?.(blocks)
  }

  isWaiting(name: 'pin' | 'unpin', cid: CID): boolean {
    return this.#waiting.has(`${name} ${cid.toString()}`)
  }

  async #call(name: 'pin' | 'unpin', cid: CID, signal: AbortSignal | undefined): Promise<void> {
    const call = `${name} ${cid.toString()}`
    this.calls.push(call)
    this.#check()
    if (this.immediate) return
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(call, (error) => (error === undefined ? resolve() : reject(error)))
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
    }).finally(() => this.#waiting.delete(call))
  }

  #check(): void {
    if (this.down !== undefined) throw new ClusterError('ERR_IPFS_UNAVAILABLE', this.down)
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
