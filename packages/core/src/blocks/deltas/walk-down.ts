import type { CID } from 'multiformats/cid'
import type { AbortOptions } from '../../util/startable.ts'
import { blockIdOf, cidOfBlockId } from '../block-id.ts'
import type { BlockId } from '../block-id.ts'
import type { BlockReader } from '../interface.ts'
import { MAX_FRONTIER, MAX_KEPT_BYTES, MAX_KNOWN_STEPS } from './defaults.ts'
import type { StretchRequest } from './messages.ts'
import { readNode } from './node.ts'
import type { DeltaNode } from './node.ts'

/** A block that was found and whose turn has not come. */
interface Found extends DeltaNode {
  readonly id: BlockId
  readonly bytes: Uint8Array | undefined
  /** Whether the asker has it: then it is not sent, nor is what lies below. */
  isKnown: boolean
}

/**
 * Gives the blocks of a stretch that are there, each before all blocks below it: the order in which a replica learns
 * that it needs them. Goes down by height, so that what is known to the asker is met from above however the DAG
 * branches, and no block comes twice though nothing is remembered but the edge of the walk.
 */
export class WalkDown {
  readonly #blocks: BlockReader
  /** By height, the highest last. */
  readonly #frontier: Found[] = []
  readonly #found = new Map<BlockId, Found>()
  #unknown = 0
  #keptBytes = 0
  #knownSteps = 0
  #isCut = false

  constructor(blocks: BlockReader) {
    this.#blocks = blocks
  }

  /** Whether something was left out because the DAG is too wide. */
  get isCut(): boolean {
    return this.#isCut
  }

  async *run({ wanted, known }: StretchRequest, options: AbortOptions = {}): AsyncGenerator<Uint8Array> {
    await this.#add(known.map(blockIdOf), Infinity, true, options)
    await this.#add(wanted.map(blockIdOf), Infinity, false, options)
    while (this.#unknown > 0) {
      const found = this.#pop()
      if (found === undefined) return
      if (!found.isKnown) yield found.bytes ?? (await this.#read(cidOfBlockId(found.id), options))
      if (!found.isKnown || this.#knownSteps++ < MAX_KNOWN_STEPS) {
        await this.#add(found.links, found.height, found.isKnown, options)
      }
    }
  }

  async #add(ids: readonly BlockId[], below: number, isKnown: boolean, options: AbortOptions): Promise<void> {
    for (const id of ids) {
      const found = this.#found.get(id)
      if (found === undefined) await this.#find(id, below, isKnown, options)
      else if (isKnown && !found.isKnown) {
        found.isKnown = true
        this.#unknown--
      }
    }
  }

  async #find(id: BlockId, below: number, isKnown: boolean, options: AbortOptions): Promise<void> {
    if (this.#frontier.length >= MAX_FRONTIER) {
      this.#isCut ||= !isKnown
      return
    }
    const bytes = await this.#blocks.get(cidOfBlockId(id), options)
    if (bytes === undefined) return
    const node = readNode(bytes)
    // Heights that do not go down are made up, and could keep a walk busy for ever.
    if (node.height >= below) return
    this.#insert({ ...node, id, isKnown, bytes: this.#keptBytes + bytes.length > MAX_KEPT_BYTES ? undefined : bytes })
  }

  #insert(found: Found): void {
    const behind = this.#frontier.findLastIndex(({ height }) => height <= found.height)
    this.#frontier.splice(behind + 1, 0, found)
    this.#found.set(found.id, found)
    this.#keptBytes += found.bytes?.length ?? 0
    this.#unknown += Number(!found.isKnown)
  }

  #pop(): Found | undefined {
    const found = this.#frontier.pop()
    if (found === undefined) return undefined
    this.#found.delete(found.id)
    this.#keptBytes -= found.bytes?.length ?? 0
    this.#unknown -= Number(!found.isKnown)
    return found
  }

  async #read(cid: CID, options: AbortOptions): Promise<Uint8Array> {
    const bytes = await this.#blocks.get(cid, options)
    if (bytes === undefined) throw new Error(`block ${cid.toString()} is gone`)
    return bytes
  }
}
