import type { BlockId } from '../../blocks/index.ts'
import { OWN_PREFIX } from '../../datastore/index.ts'

/**
 * Keys of the CRDT consensus in the datastore (spec: wire 4.5). `key` stands for a key of the set and `id` for the name
 * of a delta block, both without slashes at the ends.
 */
export class CrdtKeys {
  /** In front of everything that a Go peer knows. */
  readonly namespace: string
  /** Current value of each key: `<key>/v`, and the height it comes from: `<key>/p`. */
  readonly current: string
  /** Block names of the heads; the value is the height as a varint. */
  readonly heads: string
  /** Delta blocks. */
  readonly blocks: string
  /** Markers of blocks whose delta is part of the set. {@link blocks} lies among them. */
  readonly processed: string
  /** All tombstones. */
  readonly tombstones: string
  /** Present when something below the heads may be missing. */
  readonly dirty: string
  /** Version of this layout plus one, as a varint. */
  readonly version: string

  /** In front of everything that only this program knows. */
  readonly own: string
  /** Number of pins, and the heads that it belongs to. */
  readonly summary: string
  /** Which pins were made when, and how many each peer holds. */
  readonly index: string
  /** Blocks known by a link whose delta is not part of the set yet. */
  readonly missing: string
  /** Changes that were acknowledged and wait to become a delta. */
  readonly journal: string
  /** Present while everything is being deleted. */
  readonly cleaning: string
  /** Deltas that are to replace everything. */
  readonly staged: string
  /** Present when {@link staged} is whole and replaces what is there. */
  readonly replacing: string

  constructor(namespace: string) {
    this.namespace = namespace
    this.current = `${namespace}/s/k/`
    this.heads = `${namespace}/h/`
    this.blocks = `${namespace}/b/blocks/`
    this.processed = `${namespace}/b/`
    this.tombstones = `${namespace}/s/t/`
    this.dirty = `${namespace}/d`
    this.version = `${namespace}/crdt_version`
    this.own = `${OWN_PREFIX}/crdt${namespace}`
    this.summary = `${this.own}/summary`
    this.index = `${this.own}/index/`
    this.missing = `${this.own}/missing/`
    this.journal = `${this.own}/journal/`
    this.cleaning = `${OWN_PREFIX}/cleaning${namespace}`
    this.staged = `${OWN_PREFIX}/staged${namespace}/`
    this.replacing = `${OWN_PREFIX}/replacing${namespace}`
  }

  value(key: string): string {
    return `${this.current}${key}/v`
  }

  priority(key: string): string {
    return `${this.current}${key}/p`
  }

  /** In front of the names of the blocks that added the key. */
  elementsOf(key: string): string {
    return `${this.namespace}/s/s/${key}/`
  }

  /** In front of the names of the blocks whose addition of the key was taken back. */
  tombstonesOf(key: string): string {
    return `${this.tombstones}${key}/`
  }

  element(key: string, id: BlockId): string {
    return this.elementsOf(key) + id
  }

  tombstone(key: string, id: BlockId): string {
    return this.tombstonesOf(key) + id
  }

  head(id: BlockId): string {
    return this.heads + id
  }

  processedBlock(id: BlockId): string {
    return this.processed + id
  }
}
