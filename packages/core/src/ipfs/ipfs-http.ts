import { setTimeout as sleep } from 'node:timers/promises'
import { cidFromBytes, ClusterError, cidToText, encodeQuery } from '@ipfs-cluster/api'
import { backoff } from '../util/backoff.ts'
import { messageOf } from '../util/errors.ts'
import { nullLogger } from '../util/logger.ts'
import { abortable } from '../util/signals.ts'
import { BlockWriter } from './block-writer.ts'
import {
  ID_TTL,
  IPFS_HTTP_DEFAULTS,
  MAX_ORIGINS,
  PARALLEL_CALLS,
  READY_ATTEMPTS_PER_WARNING,
  READY_BACKOFF
} from './defaults.ts'
import { parseEndpoint } from './endpoint.ts'
import { answeredCid, KuboError, malformed, refusal, saysNotPinned } from './kubo-error.ts'
import { KuboRpc } from './kubo-rpc.ts'
import { parseIpfsPath } from './paths.ts'
import { PinLines } from './pin-lines.ts'
import { isPinnedAs, pinIn } from './pin-status.ts'
import { Pinner } from './pinner.ts'
import type { IpfsId, IpfsRepoGc, IpfsRepoStat, Multiaddr, PeerId, Pin } from '@ipfs-cluster/api'
import type { Logger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import type { CID } from 'multiformats/cid'
import type {
  Block,
  HeldPin,
  IpfsConnector,
  IpfsHttpComponents,
  IpfsHttpInit,
  IpfsPin,
  IpfsPinStatus
} from './interface.ts'
import type { PinLsObject } from './pin-status.ts'

interface RepoGcAnswer {
  Key?: { '/': string }
  Error?: string
}

/** The IPFS connector over the HTTP RPC of Kubo. */
export class IpfsHttp implements IpfsConnector {
  readonly #components: IpfsHttpComponents
  readonly #settings: Required<IpfsHttpInit>
  readonly #log: Logger
  readonly #rpc: KuboRpc
  readonly #writer: BlockWriter
  readonly #pinner: Pinner
  readonly #stopped = new AbortController()
  #id: { at: number; answer: Promise<IpfsId> } | undefined
  #ready: Promise<void> | undefined
  #changes = 0

  /** @throws ClusterError `ERR_BAD_MULTIADDR` */
  constructor(components: IpfsHttpComponents, init: IpfsHttpInit = {}) {
    this.#components = components
    this.#settings = { ...IPFS_HTTP_DEFAULTS, ...init }
    this.#log = (components.logger ?? nullLogger).forComponent('ipfshttp')
    const { nodeMultiaddress, ipfsRequestTimeout, pinTimeout } = this.#settings
    this.#rpc = new KuboRpc({ endpoint: parseEndpoint(nodeMultiaddress), requestTimeout: ipfsRequestTimeout })
    const isAlive = async (): Promise<void> => void (await this.#fetchId({}))
    this.#writer = new BlockWriter(this.#rpc, isAlive)
    this.#pinner = new Pinner(this.#rpc, { pinTimeout, isAlive })
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new ClusterError('ERR_IPFS_UNAVAILABLE', 'the IPFS connector has been stopped'))
    await this.#rpc.close()
  }

  async id(options: AbortOptions = {}): Promise<IpfsId> {
    options.signal?.throwIfAborted()
    if (this.#id === undefined || performance.now() - this.#id.at > ID_TTL) {
      // Asked for all who want to know, so none of their signals may end it.
      this.#id = { at: performance.now(), answer: this.#fetchId({}) }
    }
    return abortable(this.#id.answer, options)
  }

  async ready(options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    // One asks for all who wait, so that the node is not asked, nor the log written, once for each.
    this.#ready ??= this.#untilReady().finally(() => (this.#ready = undefined))
    await abortable(this.#ready, options)
  }

  async #untilReady(): Promise<void> {
    const { signal } = this.#stopped
    for (let failures = 1; ; failures++) {
      try {
        await this.#fetchId({ signal })
        return
      } catch (err) {
        signal.throwIfAborted()
        if (failures % READY_ATTEMPTS_PER_WARNING === 1) this.#log.warn(`waiting for the IPFS node: ${messageOf(err)}`)
        await sleep(backoff(failures, READY_BACKOFF, 0), undefined, { signal }).catch(() => {})
        signal.throwIfAborted()
      }
    }
  }

  async pin(pin: Pin, options: AbortOptions & { onProgress?(blocks: number): void } = {}): Promise<void> {
    const text = cidToText(pin.cid)
    if (isPinnedAs(await this.#pinStatus(text, pin.maxDepth, options), pin.maxDepth)) {
      this.#log.debug(`already pinned: ${text}`)
      return
    }
    this.#changed()
    const disconnect = this.#connectOrigins(pin.origins ?? [])
    try {
      const source = await this.#updateSource(pin, options)
      if (source === undefined) await this.#pinner.add(text, pin.maxDepth, options)
      else await this.#pinner.update(source, pin.cid, options)
      this.#log.info(`pinned ${text}`)
    } finally {
      disconnect()
      this.#changed()
    }
  }

  async unpin(cid: CID, options: AbortOptions = {}): Promise<void> {
    if (this.#settings.unpinDisable) {
      throw new ClusterError('ERR_UNPIN_DISABLED', 'ipfs unpinning is disallowed by configuration on this peer')
    }
    const timeout = { milliseconds: this.#settings.unpinTimeout, setting: 'unpin_timeout' }
    try {
      await this.#rpc.bytes(`pin/rm?arg=${cidToText(cid)}`, { ...options, timeout })
      this.#log.info(`unpinned ${cidToText(cid)}`)
    } catch (err) {
      if (!(err instanceof KuboError) || !err.isNotPinned) throw err
      this.#log.debug(`not pinned: ${cidToText(cid)}`)
    }
  }

  pinStatus(pin: Pick<Pin, 'cid' | 'maxDepth'>, options: AbortOptions = {}): Promise<IpfsPinStatus> {
    return this.#pinStatus(cidToText(pin.cid), pin.maxDepth, options)
  }

  async #pinStatus(cid: string, maxDepth: number, options: AbortOptions): Promise<IpfsPinStatus> {
    const path = `pin/ls?stream=true&arg=${cid}&type=${maxDepth === 0 ? 'direct' : 'recursive'}`
    const { status, body } = await this.#rpc.answer(path, options)
    if (status === 200) return pinIn(path, body).status
    // Nothing out of the ordinary: each new pin begins with it.
    if (saysNotPinned(body)) return 'unpinned'
    throw refusal(path, status, body)
  }

  async *pins(
    kinds: readonly ('recursive' | 'direct' | 'indirect')[],
    options: AbortOptions = {}
  ): AsyncGenerator<IpfsPin, void, undefined> {
    for await (const pins of this.heldPins(kinds, options)) {
      for (const { cid, status } of pins) yield { cid: cidFromBytes(cid), status }
    }
  }

  async *heldPins(
    kinds: readonly ('recursive' | 'direct' | 'indirect')[],
    options: AbortOptions = {}
  ): AsyncGenerator<readonly HeldPin[], void, undefined> {
    for (const kind of kinds) {
      const path = `pin/ls?stream=true&type=${kind}`
      const lines = new PinLines(path)
      for await (const chunk of this.#rpc.stream(path, { ...options, timeout: { kind: 'idle' } })) {
        yield lines.push(chunk)
      }
      yield lines.end()
    }
  }

  async putBlocks(blocks: AsyncIterable<Block> | Iterable<Block>, options: AbortOptions = {}): Promise<void> {
    try {
      await this.#writer.put(blocks, options)
    } finally {
      this.#changed()
    }
  }

  async getBlock(cid: CID, options: AbortOptions = {}): Promise<Uint8Array> {
    return this.#rpc.bytes(`block/get?arg=${cidToText(cid)}`, options)
  }

  async repoStat(options: AbortOptions = {}): Promise<IpfsRepoStat> {
    const path = 'repo/stat?size-only=true'
    const text = (await this.#rpc.bytes(path, options)).toString('utf8')
    // Read as text: without a limit StorageMax is 2^64-1, which a JSON number would round.
    const value = (key: string): bigint => {
      const digits = new RegExp(`"${key}"\\s*:\\s*(\\d+)`).exec(text)?.[1]
      if (digits === undefined) throw malformed(path, text)
      return BigInt(digits)
    }
    return { repoSize: value('RepoSize'), storageMax: value('StorageMax') }
  }

  async *repoGc(options: AbortOptions = {}): AsyncGenerator<IpfsRepoGc, void, undefined> {
    const path = 'repo/gc?stream-errors=true'
    const timeout = { milliseconds: this.#settings.repogcTimeout, setting: 'repogc_timeout' }
    let failed = false
    try {
      for await (const { Key, Error } of this.#rpc.objects<RepoGcAnswer>(path, { ...options, timeout })) {
        failed ||= Boolean(Error)
        yield { key: Key === undefined ? null : answeredCid(path, Key['/']), error: Error ?? '' }
      }
    } catch (err) {
      // That there were errors has been told already, one by one.
      if (!failed || !(err instanceof KuboError)) throw err
    } finally {
      this.#changed()
    }
  }

  async resolve(path: string, options: AbortOptions = {}): Promise<CID> {
    const parsed = parseIpfsPath(path)
    if (parsed.cid !== undefined) return parsed.cid
    const call = `resolve?${encodeQuery([['arg', parsed.text]])}`
    const { Path } = await this.#rpc.json<{ Path?: string }>(call, options)
    return answeredCid(call, Path?.split('/')[2])
  }

  async swarmPeers(options: AbortOptions = {}): Promise<PeerId[]> {
    const { Peers } = await this.#rpc.json<{ Peers?: { Peer: string }[] | null }>('swarm/peers', options)
    return (Peers ?? []).map(({ Peer }) => Peer)
  }

  async swarmConnect(addresses: readonly Multiaddr[], options: AbortOptions = {}): Promise<void> {
    const errors: unknown[] = []
    const waiting = [...addresses]
    const worker = async (): Promise<void> => {
      for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
        await this.#rpc
          .json(`swarm/connect?${encodeQuery([['arg', address]])}`, options)
          .catch((err: unknown) => errors.push(err))
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_CALLS }, worker))
    options.signal?.throwIfAborted()
    if (errors.length > 0 && errors.length === addresses.length) throw errors[0]
  }

  async configKey(key: string, options: AbortOptions = {}): Promise<unknown> {
    let value: unknown = await this.#rpc.json<unknown>('config/show', options)
    for (const name of key.split('/')) {
      if (typeof value !== 'object' || value === null) throw new ClusterError('ERR_BAD_REQUEST', 'invalid path')
      if (!Object.hasOwn(value, name)) throw new ClusterError('ERR_BAD_REQUEST', 'key not found in configuration')
      value = (value as Record<string, unknown>)[name]
    }
    return value
  }

  /** The CID that the pin is to take over from. Only what is pinned recursively can be updated. */
  async #updateSource({ pinUpdate }: Pin, options: AbortOptions): Promise<CID | undefined> {
    if (pinUpdate === null) return undefined
    const status = await this.pinStatus({ cid: pinUpdate, maxDepth: -1 }, options).catch(() => 'error' as const)
    options.signal?.throwIfAborted()
    return isPinnedAs(status, -1) ? pinUpdate : undefined
  }

  /**
   * A help to find the content, no more: whatever becomes of it, the pin goes on.
   *
   * @returns ends it
   */
  #connectOrigins(origins: readonly Multiaddr[]): () => void {
    if (origins.length === 0) return () => {}
    const end = new AbortController()
    this.swarmConnect(origins.slice(0, MAX_ORIGINS), { signal: end.signal }).catch((err: unknown) => {
      if (!end.signal.aborted) this.#log.debug(`connecting to origins: ${messageOf(err)}`)
    })
    return () => end.abort()
  }

  async #fetchId(options: AbortOptions): Promise<IpfsId> {
    const { ID, Addresses } = await this.#rpc.json<{ ID?: string; Addresses?: string[] | null }>('id', options)
    if (ID === undefined) throw malformed('id', 'no ID')
    return { id: ID, addresses: Addresses ?? [], error: '' }
  }

  /** A listing may take as long as it likes, as long as something comes. */
  #list(path: string, options: AbortOptions): AsyncGenerator<PinLsObject, void, undefined> {
    return this.#rpc.objects<PinLsObject>(path, { ...options, timeout: { kind: 'idle' } })
  }

  /** What the node holds, or is about to hold, has changed: every so often the informers are told to look again. */
  #changed(): void {
    const { informerTriggerInterval } = this.#settings
    if (informerTriggerInterval <= 0 || ++this.#changes < informerTriggerInterval) return
    this.#changes = 0
    this.#components.triggerInformers?.()
  }
}
