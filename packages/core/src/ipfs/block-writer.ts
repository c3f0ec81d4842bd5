import { cidToText, encodeQuery } from '@ipfs-cluster/api'
import { equals } from 'multiformats/bytes'
import { partsOf } from './block.ts'
import { encodeCar, encodeCarHeader } from './car.ts'
import { ALIVE_CHECK_INTERVAL, PARALLEL_CALLS } from './defaults.ts'
import { answeredCid, malformed } from './kubo-error.ts'
import { codecName, hashName } from './multicodec.ts'
import { multipartFiles } from './multipart.ts'
import type { CID } from 'multiformats/cid'
import type { AbortOptions } from '../util/startable.ts'
import type { CarCount } from './car.ts'
import type { Block } from './interface.ts'
import type { KuboRpc } from './kubo-rpc.ts'
import type { WaitLimit } from './wait-limit.ts'

/**
 * With `pin-roots` garbage collection waits until the import has ended, roots or not. Nodes that do not know an option
 * ignore it.
 */
const IMPORT = 'dag/import?pin-roots=true&stats=true&allow-big-block=true&fast-provide-root=false'

/** What a node answers to a path that it does not have, or does not let us use. */
const NOT_OFFERED: readonly number[] = [403, 404, 405, 501]

interface ImportAnswer {
  Root?: { PinErrorMsg?: string } | null
  Stats?: { BlockCount?: number; BlockBytesCount?: number } | null
}

/**
 * Stores blocks in a node: as one CAR where the node has `dag/import`, which it writes in batches, else by
 * `block/put`, a few calls at once. At any time no more is in memory than what has been pulled and not yet been taken
 * by the node: the socket's buffer, or a few blocks.
 */
export class BlockWriter {
  readonly #rpc: KuboRpc
  /** Rejects when the node does not answer. */
  readonly #isAlive: () => Promise<void>
  /** Whether the node has `dag/import`; unknown until the first blocks come. */
  #imports: boolean | undefined

  constructor(rpc: KuboRpc, isAlive: () => Promise<void>) {
    this.#rpc = rpc
    this.#isAlive = isAlive
  }

  async put(blocks: AsyncIterable<Block> | Iterable<Block>, options: AbortOptions): Promise<void> {
    this.#imports ??= await this.#hasImport(options)
    return this.#imports ? this.#import(blocks, options) : this.#putAll(blocks, options)
  }

  /** Asks without a body: a node that has the call finds fault with that. */
  async #hasImport(options: AbortOptions): Promise<boolean> {
    return !NOT_OFFERED.includes(await this.#rpc.status(IMPORT, options))
  }

  async #import(blocks: AsyncIterable<Block> | Iterable<Block>, options: AbortOptions): Promise<void> {
    const limit = this.#rpc.limit(IMPORT, { ...options, timeout: { kind: 'idle' } })
    const sent: CarCount = { blocks: 0, bytes: 0, roots: [] }
    const { contentType, body } = multipartFiles(carFiles(blocks, sent))
    let watch: NodeJS.Timeout | undefined
    const onSent = (): void => {
      if (sent.roots.length === 0) limit.resume()
      else watch = this.#watch(limit)
    }
    try {
      const call = this.#rpc.objects<ImportAnswer>(IMPORT, {
        limit,
        contentType,
        body: whileTaken(body, limit, onSent)
      })
      let stored: number | undefined
      for await (const { Root, Stats } of call) {
        if (Root?.PinErrorMsg) throw malformed(IMPORT, `it cannot pin what it has: ${Root.PinErrorMsg}`)
        stored ??= Stats?.BlockCount
      }
      if (stored !== sent.blocks) throw malformed(IMPORT, `it stored ${stored ?? 'no'} blocks of ${sent.blocks}`)
    } catch (err) {
      // The node may have been replaced by one without the call: ask again next time.
      this.#imports = undefined
      throw err
    } finally {
      clearInterval(watch)
      limit.dispose()
    }
  }

  /** The node does not say how far it is with pinning, so it may take as long as it answers anything else. */
  #watch(limit: WaitLimit): NodeJS.Timeout {
    const check = (): void => void this.#isAlive().catch((err: unknown) => limit.abort(err))
    return setInterval(check, ALIVE_CHECK_INTERVAL)
  }

  async #putAll(blocks: AsyncIterable<Block> | Iterable<Block>, options: AbortOptions): Promise<void> {
    const failed = new AbortController()
    const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal])
    const running = new Set<Promise<void>>()
    try {
      for await (const block of blocks) {
        const call = this.#putOne(block, { signal })
          .catch((err: unknown) => failed.abort(err))
          .finally(() => running.delete(call))
        running.add(call)
        if (running.size >= PARALLEL_CALLS) await Promise.race(running)
        if (failed.signal.aborted) break
      }
    } catch (err) {
      failed.abort(err)
    }
    await Promise.all(running)
    failed.signal.throwIfAborted()
  }

  async #putOne(block: Block, options: AbortOptions): Promise<void> {
    const { cid } = block
    const path = putPath(cid)
    const { Key } = await this.#rpc.json<{ Key?: string }>(path, { ...options, ...multipartFiles([partsOf(block)]) })
    // The CID of the answer may differ in version or base; what counts is under which hash the block is kept.
    const stored = answeredCid(path, Key)
    if (!equals(stored.multihash.bytes, cid.multihash.bytes)) {
      throw malformed(path, `it stored the block ${cidToText(cid)} as ${cidToText(stored)}`)
    }
  }
}

/** The blocks, then the roots among them: what is pinned must be named in a header. */
async function* carFiles(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  sent: CarCount
): AsyncGenerator<AsyncIterable<Uint8Array> | Iterable<Uint8Array>, void, undefined> {
  yield encodeCar(blocks, sent)
  if (sent.roots.length > 0) yield [encodeCarHeader(sent.roots)]
}

function putPath(cid: CID): string {
  const query = encodeQuery([
    ['allow-big-block', 'true'],
    ['cid-codec', codecName(cid) ?? 'raw'],
    ['mhlen', String(cid.multihash.size)],
    ['mhtype', hashName(cid) ?? `0x${cid.multihash.code.toString(16)}`],
    ['pin', 'false']
  ])
  return `block/put?${query}`
}

/**
 * Lets the time run only while the node is slow to take what it is given, not while the next block is being made. A
 * failure to make it is what the call fails with, not that the call broke off.
 */
async function* whileTaken(
  body: AsyncIterable<Uint8Array>,
  limit: WaitLimit,
  onSent: () => void
): AsyncGenerator<Uint8Array> {
  limit.pause()
  try {
    for await (const chunk of body) {
      limit.resume()
      yield chunk
      limit.pause()
    }
  } catch (err) {
    limit.abort(err)
    throw err
  }
  onSent()
}
