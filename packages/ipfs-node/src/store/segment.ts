import { open, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { CAR_HEADER, MAX_HEAD, readHead } from './car-record.ts'
import type { RecordHead } from './car-record.ts'
import type { SegmentRow } from './rows.ts'

const SCAN_WINDOW = 1 << 20
/** Head of the record of a block of a few hundred KiB with a hash of 32 bytes. */
const USUAL_HEAD = 39

/** A record found by {@link Segment.records}. */
export interface SegmentRecord extends RecordHead {
  /** Where the block starts in the file. */
  offset: number
}

/**
 * One append-only file of blocks. It is a CARv1: any tool that reads CAR files can read it.
 *
 * The writer gives every position itself, so a write that failed half-way is overwritten by the next.
 */
export class Segment {
  readonly id: number
  readonly path: string
  /** End of what was written. */
  size: number
  /** What the index knows of it. */
  row: SegmentRow
  #handle: Promise<FileHandle> | undefined
  #users = 0
  #closing = false

  constructor(folder: string, id: number, row: SegmentRow = { size: CAR_HEADER.length, live: 0, count: 0 }) {
    this.id = id
    this.path = join(folder, segmentName(id))
    this.size = row.size
    this.row = row
  }

  /** Bytes that would come free if only what counts were written anew. */
  get wasted(): number {
    return this.size - CAR_HEADER.length - this.row.live - this.row.count * USUAL_HEAD
  }

  /** Makes the file, with the head of a CAR. */
  async create(): Promise<void> {
    this.#handle = open(this.path, 'w+')
    const handle = await this.#handle
    await handle.write(CAR_HEADER, 0, CAR_HEADER.length, 0)
    this.size = CAR_HEADER.length
  }

  /** Cuts off what was written but never indexed. */
  async truncate(size: number): Promise<void> {
    await this.use((handle) => handle.truncate(size))
    this.size = size
  }

  async write(buffers: Uint8Array[], position: number): Promise<void> {
    await this.use(async (handle) => {
      const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
      const { bytesWritten } = await handle.writev(buffers, position)
      if (bytesWritten !== total) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    })
  }

  /** Reads `length` bytes from `offset`. Fewer come back only when the file is damaged. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const buffer = length < 4096 ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length)
    const { bytesRead } = await this.use((handle) => handle.read(buffer, 0, length, offset))
    return bytesRead === length ? buffer : buffer.subarray(0, bytesRead)
  }

  async sync(): Promise<void> {
    await this.use((handle) => handle.datasync())
  }

  /** All records up to `end`, read in large steps. */
  async *records(end: number): AsyncGenerator<SegmentRecord> {
    let position = CAR_HEADER.length
    let windowStart = 0
    let window: Uint8Array = new Uint8Array(0)
    while (position < end) {
      if (position + MAX_HEAD > windowStart + window.length && windowStart + window.length < end) {
        windowStart = position
        window = await this.read(position, Math.min(SCAN_WINDOW, end - position))
      }
      const head = readHead(window, position - windowStart)
      if (head === undefined) return
      yield { ...head, offset: position + head.headLength }
      position += head.headLength + head.length
    }
  }

  /** Runs `action` with the file open, and keeps it open until {@link close}. */
  async use<T>(action: (handle: FileHandle) => Promise<T>): Promise<T> {
    this.#users++
    try {
      this.#handle ??= open(this.path, 'r+')
      return await action(await this.#handle)
    } finally {
      this.#users--
      if (this.#closing) await this.close()
    }
  }

  get isOpen(): boolean {
    return this.#handle !== undefined
  }

  /** Closes the file as soon as nobody uses it; the next use opens it again. */
  async close(): Promise<void> {
    this.#closing = this.#users > 0
    if (this.#closing || this.#handle === undefined) return
    const handle = this.#handle
    this.#handle = undefined
    await (await handle).close()
  }

  /** Removes the file. Reads under way finish, as the system keeps an open file. */
  async remove(): Promise<void> {
    await unlink(this.path).catch((err: unknown) => {
      if ((err as NodeJS.ErrnoException).code !== 'ENOENT') throw err
    })
    await this.close()
  }
}

/** File name of a segment. */
export function segmentName(id: number): string {
  return `${String(id).padStart(8, '0')}.car`
}

/** The id in the name of a segment, undefined for other files. */
export function segmentId(name: string): number | undefined {
  const match = /^(\d{8,})\.car$/.exec(name)
  return match === null ? undefined : Number(match[1])
}
