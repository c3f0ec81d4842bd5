import { UnixFS } from 'ipfs-unixfs'
import type { ImporterOptions } from 'ipfs-unixfs-importer'
import type { Chunker } from 'ipfs-unixfs-importer/chunker'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { digest } from '../dag/hashes.ts'

const SHA2_256 = 0x12
const RAW = 0x55
const DAG_PB = 0x70
/** Longest that the protobuf around the bytes of a leaf can be. */
const MAX_FRAME = 40

/** UnixFS numbers of the types that a leaf may have. */
const LEAF_TYPES = { raw: 0, file: 2 } as const

/** How the leaves of a file are made. */
export interface LeafSettings {
  chunkSize: number
  cidVersion: 0 | 1
  /** Leaves are the bytes as they are, not protobuf. */
  rawLeaves: boolean
  /** What leaves say they are, when they are protobuf. */
  leafType: keyof typeof LEAF_TYPES
}

/** A block on its way to the store. */
export interface BlockWrite {
  /** The next block may come. */
  admitted: Promise<void>
  /** The block is stored, and the memory of its bytes may be used for something else. */
  written: Promise<void>
}

/** Stores a block, several at once where that is of use. */
export type PutBlock = (cid: CID, bytes: Uint8Array) => BlockWrite

/**
 * Cuts files into leaves, for the importer. The bytes of a leaf are copied once, to where its block is built, and the
 * memory is used again as soon as the block is written: making new memory for every leaf keeps the garbage collector
 * busier than all the rest.
 */
export class LeafMaker {
  readonly #settings: LeafSettings
  readonly #put: PutBlock
  readonly #frame: Uint8Array
  #free: Uint8Array[] = []

  constructor(settings: LeafSettings, put: PutBlock) {
    this.#settings = settings
    this.#put = put
    this.#frame = settings.rawLeaves ? new Uint8Array(0) : leafHead(settings.leafType, settings.chunkSize)
  }

  /** The option `chunker` of the importer. */
  readonly chunker: Chunker = (source) => this.#chunks(source)

  /** The option `bufferImporter` of the importer. */
  readonly bufferImporter: NonNullable<ImporterOptions['bufferImporter']> = (file) => this.#leaves(file.content)

  async *#chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { chunkSize } = this.#settings
    let buffer = this.#take()
    let filled = 0
    let isEmpty = true
    for await (let bytes of source) {
      while (bytes.length > 0) {
        const taken = Math.min(bytes.length, chunkSize - filled)
        buffer.set(taken === bytes.length ? bytes : bytes.subarray(0, taken), this.#frame.length + filled)
        bytes = bytes.subarray(taken)
        filled += taken
        if (filled < chunkSize) continue
        yield this.#data(buffer, filled)
        isEmpty = false
        buffer = this.#take()
        filled = 0
      }
    }
    // An empty file is one empty leaf.
    if (filled > 0 || isEmpty) yield this.#data(buffer, filled)
  }

  async *#leaves(chunks: AsyncIterable<Uint8Array>): ReturnType<NonNullable<ImporterOptions['bufferImporter']>> {
    for await (const data of chunks) {
      yield async () => {
        const bytes = this.#settings.rawLeaves ? data : this.#encode(data)
        const { cidVersion, rawLeaves, leafType } = this.#settings
        const cid = CID.create(rawLeaves ? 1 : cidVersion, rawLeaves ? RAW : DAG_PB, digest(bytes, SHA2_256))
        const { admitted, written } = this.#put(cid, bytes)
        // A failure is for those who wait for the whole: memory that was not written is just not used again.
        written.then(() => this.#free.push(new Uint8Array(data.buffer))).catch(() => {})
        await admitted
        // Of the data the importer wants the length, and the bytes only of a file that is a single leaf.
        const unixfs = rawLeaves ? undefined : new UnixFS({ type: leafType, data })
        return { cid, unixfs, size: BigInt(bytes.length), block: data }
      }
    }
  }

  /** The block of a leaf, built around its bytes where they are. */
  #encode(data: Uint8Array): Uint8Array {
    const { leafType } = this.#settings
    const head = leafHead(leafType, data.length)
    const tail = leafTail(data.length)
    const whole = new Uint8Array(data.buffer)
    const start = data.byteOffset - head.length
    whole.set(head, start)
    whole.set(tail, data.byteOffset + data.length)
    return whole.subarray(start, data.byteOffset + data.length + tail.length)
  }

  #data(buffer: Uint8Array, length: number): Uint8Array {
    return buffer.subarray(this.#frame.length, this.#frame.length + length)
  }

  #take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(new ArrayBuffer(this.#settings.chunkSize + MAX_FRAME))
  }
}

/**
 * What stands before the bytes of a leaf: dag-pb's field Data, and in it UnixFS's fields Type and Data. UnixFS leaves
 * Data out when there are no bytes.
 */
function leafHead(leafType: LeafSettings['leafType'], length: number): Uint8Array {
  const unixfs = [0x08, LEAF_TYPES[leafType], ...(length === 0 ? [] : [0x12, ...bytesOf(length)])]
  return Uint8Array.from([0x0a, ...bytesOf(unixfs.length + length + leafTail(length).length), ...unixfs])
}

/** What stands behind them: UnixFS's field FileSize. */
function leafTail(length: number): Uint8Array {
  return Uint8Array.from([0x18, ...bytesOf(length)])
}

function bytesOf(value: number): Uint8Array {
  return varint.encodeTo(value, new Uint8Array(varint.encodingLength(value)))
}
