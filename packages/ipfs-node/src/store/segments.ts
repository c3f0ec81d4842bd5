import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from './database.ts'
import type { SegmentRow } from './rows.ts'
import { decodeSegmentRow, SEGMENT_PREFIX, segmentOfKey } from './rows.ts'
import { Segment, segmentId } from './segment.ts'

/** How many files of blocks may be open at once. */
const MAX_OPEN = 64
/** The free space is asked for again after so many bytes. */
const SPACE_CHECK_BYTES = 8 << 20

export interface SegmentsInit {
  folder: string
  /** A segment is closed for writing at this size, in bytes. */
  segmentSize: number
  /** Free space, in bytes, that is left for the database and the rest of the machine. */
  reserve: number
}

/** The files of blocks in a folder, one of them open for appending. */
export class Segments {
  readonly #init: SegmentsInit
  readonly #segments = new Map<number, Segment>()
  #active: Segment | undefined
  #uncheckedBytes = SPACE_CHECK_BYTES
  #folderChanged = false

  constructor(init: SegmentsInit) {
    this.#init = init
  }

  /**
   * Takes the segments that the database knows; what a crash left beside them is removed.
   *
   * @returns segments that are shorter than the database says: a disk that lies, or a user with an editor
   */
  async open(database: Database): Promise<Segment[]> {
    const { folder } = this.#init
    await mkdir(folder, { recursive: true })
    for await (const [key, row] of database.entries(SEGMENT_PREFIX)) {
      const id = segmentOfKey(key)
      this.#segments.set(id, new Segment(folder, id, decodeSegmentRow(row)))
    }
    const sizes = new Map<number, number>()
    for (const name of await readdir(folder)) {
      const id = segmentId(name)
      if (id === undefined) continue
      if (this.#segments.has(id)) sizes.set(id, (await stat(join(folder, name))).size)
      else await rm(join(folder, name))
    }
    const damaged = this.all().filter((segment) => (sizes.get(segment.id) ?? 0) < segment.size)
    for (const segment of damaged) segment.size = sizes.get(segment.id) ?? 0
    const last = this.all().at(-1)
    if (last !== undefined && last.size < this.#init.segmentSize && !damaged.includes(last)) {
      await last.truncate(last.size)
      this.#active = last
    }
    return damaged
  }

  async close(): Promise<void> {
    await Promise.all([...this.#segments.values()].map((segment) => segment.close()))
  }

  get(id: number): Segment | undefined {
    const segment = this.#segments.get(id)
    if (segment !== undefined && !segment.isOpen) this.#closeOthers()
    return segment
  }

  all(): Segment[] {
    return [...this.#segments.values()]
  }

  /**
   * The segment to append `bytes` to, a new one when they do not fit.
   *
   * @param isMove the bytes are written to free more elsewhere, so the reserve may be used for them
   */
  async forAppend(bytes: number, isMove: boolean): Promise<Segment> {
    if (!isMove) await this.#checkSpace(bytes)
    const active = this.#active
    if (active !== undefined && active.size + bytes <= this.#init.segmentSize) return active
    return this.#begin()
  }

  /** No more is appended to this segment. */
  seal(segment: Segment): void {
    if (this.#active === segment) this.#active = undefined
  }

  /** Makes new files in the folder survive a crash of the machine. */
  async syncFolder(): Promise<void> {
    if (!this.#folderChanged) return
    this.#folderChanged = false
    const handle = await open(this.#init.folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async remove(segment: Segment): Promise<void> {
    this.seal(segment)
    this.#segments.delete(segment.id)
    await segment.remove()
  }

  /** Sums over all segments. */
  totals(): SegmentRow {
    const totals: SegmentRow = { size: 0, live: 0, count: 0 }
    for (const { size, row } of this.#segments.values()) {
      totals.size += size
      totals.live += row.live
      totals.count += row.count
    }
    return totals
  }

  async #begin(): Promise<Segment> {
    const id = ([...this.#segments.keys()].at(-1) ?? 0) + 1
    const segment = new Segment(this.#init.folder, id)
    await segment.create()
    this.#folderChanged = true
    this.#segments.set(id, segment)
    this.#active = segment
    return segment
  }

  #closeOthers(): void {
    const opened = this.all().filter((segment) => segment.isOpen && segment !== this.#active)
    for (const segment of opened.slice(0, Math.max(0, opened.length - MAX_OPEN))) {
      void segment.close().catch(() => {})
    }
  }

  async #checkSpace(bytes: number): Promise<void> {
    this.#uncheckedBytes += bytes
    if (this.#uncheckedBytes < SPACE_CHECK_BYTES) return
    const { bavail, bsize } = await statfs(this.#init.folder)
    if (bavail * bsize < bytes + this.#init.reserve) {
      throw Object.assign(new Error(`write ${this.#init.folder}: no space left on device`), { code: 'ENOSPC' })
    }
    this.#uncheckedBytes = 0
  }
}
