import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import type { Blocks, ReadOptions, Toucher } from './blocks.ts'
import { canLink, isPbLeaf, linksOf, PB_HEAD } from './codecs.ts'
import { FingerprintSet } from './fingerprint-set.ts'

const DAG_PB = 0x70
/** Blocks that one walk reads or asks for at once. */
const CONCURRENCY = 32
/** Blocks after which others get a turn: where all are known to be here, nothing of a walk waits for the disk. */
const STRETCH = 256

export interface WalkOptions extends ReadOptions {
  /** Blocks already seen, shared by several walks. Kept by CID, as a block may link under one codec and not another. */
  seen?: FingerprintSet
  /** Told of every block before it is read, so that garbage collection leaves it. */
  toucher?: Toucher
  /** Called once for each block, after it was found. */
  onBlock?(cid: CID): void
  /** What to do about a block that cannot be read; by default the walk fails. */
  onMissing?(cid: CID, err: unknown): void
}

/**
 * Visits every block below a root, fetching what is missing. Several blocks are waited for at once, the deepest known
 * first, so what is remembered of the way stays as small as the DAG is deep.
 */
export async function walk(blocks: Blocks, root: CID, options: WalkOptions = {}): Promise<void> {
  const seen = options.seen ?? new FingerprintSet()
  const stack: CID[] = [root]
  let running = 0
  let visited = 0
  let failure: { err: unknown } | undefined
  let wake = (): void => {}
  const visit = async (cid: CID): Promise<void> => {
    running++
    try {
      const links = await visitBlock(blocks, cid, options)
      for (const link of links.reverse()) stack.push(link)
    } catch (err) {
      if (options.onMissing === undefined) failure ??= { err }
      else options.onMissing(cid, err)
    } finally {
      running--
      wake()
    }
  }
  while (running > 0 || (failure === undefined && stack.length > 0)) {
    const cid = failure === undefined && running < CONCURRENCY ? stack.pop() : undefined
    if (cid === undefined) await new Promise<void>((resolve) => (wake = resolve))
    else if (seen.add(cid.bytes)) {
      void visit(cid)
      if (++visited % STRETCH === 0) await nextTurn()
    }
  }
  if (failure !== undefined) throw failure.err
}

/**
 * Visits every block below a root in the order of the DAG, each when the caller is ready for it. Slower than
 * {@link walk} where blocks must be fetched.
 */
export async function* descend(blocks: Blocks, root: CID, options: WalkOptions = {}): AsyncGenerator<CID> {
  const seen = options.seen ?? new FingerprintSet()
  const stack: CID[] = [root]
  let visited = 0
  for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
    if (!seen.add(cid.bytes)) continue
    if (++visited % STRETCH === 0) await nextTurn()
    let links: CID[]
    try {
      links = await visitBlock(blocks, cid, options)
    } catch (err) {
      if (options.onMissing === undefined || options.signal?.aborted === true) throw err
      options.onMissing(cid, err)
      continue
    }
    for (const link of links.reverse()) stack.push(link)
    yield cid
  }
}

/** The links of a block, read as little as possible. */
async function visitBlock(blocks: Blocks, cid: CID, options: WalkOptions): Promise<CID[]> {
  options.signal?.throwIfAborted()
  options.toucher?.touch(cid.multihash.bytes)
  const links = await linksIn(blocks, cid, options)
  options.onBlock?.(cid)
  return links
}

async function linksIn(blocks: Blocks, cid: CID, options: WalkOptions): Promise<CID[]> {
  if (!canLink(cid.code)) {
    await blocks.ensure(cid, options)
    return []
  }
  if (cid.code === DAG_PB) {
    const start = await blocks.head(cid, PB_HEAD)
    if (start !== undefined && isPbLeaf(start.head, start.size)) return []
  }
  return linksOf(cid, await blocks.get(cid, options)).map((link) => link.cid)
}
