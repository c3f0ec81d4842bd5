import { cidToText, encodeQuery } from '@ipfs-cluster/api'
import { equals } from 'multiformats/bytes'
import { encodeCar } from './car.ts'
import { PARALLEL_CALLS } from './defaults.ts'
import { answeredCid, malformed } from './kubo-error.ts'
import { codecName, hashName } from './multicodec.ts'
import { multipartFile } from './multipart.ts'
import type { CID } from 'multiformats/cid'
import type { AbortOptions } from '../util/startable.ts'
import type { Block } from './interface.ts'
import type { KuboRpc } from './kubo-rpc.ts'
import type { WaitLimit } from './wait-limit.ts'

/** The CAR has no roots worth announcing; nodes that do not know an option ignore it. */
const IMPORT = 'dag/import?pin-roots=false&stats=true&allow-big-block=true&fast-provide-root=false'

/** What a node answers to a path that it does not have, or does not let us use. */
const NOT_OFFERED: readonly number[] = [403, 404, 405, 501]

interface ImportAnswer {
  Stats?: { BlockCount?: number; BlockBytesCount?: number } | null
}

/**
 * Stores blocks in a node: as one CAR where the node has `dag/import`, which it writes in batches, else by
 * `block/put`, a few calls at once. At any time no more is in memory than what has been pulled and not yet been taken
 * by the node: the socket's buffer, or a few blocks.
 */
export class BlockWriter {
  readonly #rpc: KuboRpc
  /** Whether the node has `dag/import`; unknown until the first blocks come. */
  #imports: boolean | undefined

  constructor(rpc: KuboRpc) {
    this.#rpc = rpc
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
    const sent = { blocks: 0, bytes: 0 }
    const { contentType, body } = multipartFile(encodeCar(blocks, sent))
    try {
      const call = this.#rpc.objects<ImportAnswer>(IMPORT, { limit, contentType, body: whileTaken(body, limit) })
      let stored: number | undefined
      for await (const { Stats } of call) stored ??= Stats?.BlockCount
      if (stored !== sent.blocks) throw malformed(IMPORT, `it stored ${stored ?? 'no'} blocks of ${sent.blocks}`)
    } catch (err) {
      // The node may have been replaced by one without the call: ask again next time.
      this.#imports = undefined
      throw err
    } finally {
      limit.dispose()
    }
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

  async #putOne({ cid, data }: Block, options: AbortOptions): Promise<void> {
    const path = putPath(cid)
    const { Key } = await this.#rpc.json<{ Key?: string }>(path, { ...options, ...multipartFile([data]) })
    // The CID of the answer may differ in version or base; what counts is under which hash the block is kept.
    const stored = answeredCid(path, Key)
    if (!equals(stored.multihash.bytes, cid.multihash.bytes)) {
      throw malformed(path, `it stored the block ${cidToText(cid)} as ${cidToText(stored)}`)
    }
  }
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
async function* whileTaken(body: AsyncIterable<Uint8Array>, limit: WaitLimit): AsyncGenerator<Uint8Array> {
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
  limit.resume()
}
