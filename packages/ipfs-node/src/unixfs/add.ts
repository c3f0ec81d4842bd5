import * as dagPb from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import type { ImportCandidate, ImporterOptions, WritableStorage } from 'ipfs-unixfs-importer'
import { balanced, trickle } from 'ipfs-unixfs-importer/layout'
import { CID } from 'multiformats/cid'
import { digest } from '../dag/hashes.ts'
import { KuboError } from '../errors.ts'
import type { PartInfo } from '../rpc/multipart.ts'
import { LeafMaker } from './leaves.ts'
import type { PutBlock } from './leaves.ts'

const SHA2_256 = 0x12
const MAX_LINKS = 174
const DEFAULT_CHUNK = 262_144
const MAX_CHUNK = (2 << 20) - 256
/** Progress is told after so many bytes. */
const PROGRESS_STEP = 256 << 10

/** A file, directory or symbolic link to be added, in the order in which it arrives. */
export interface AddEntry extends PartInfo {
  content: AsyncIterable<Uint8Array>
}

/** Choices that change the CID, as in Kubo. */
export interface AddSettings {
  cidVersion: 0 | 1
  rawLeaves: boolean
  /** `size-N`, or empty for 262144. */
  chunker: string
  trickle: boolean
  maxFileLinks?: number
  /** Keep the mode and the time of change that came with each file. */
  preserveMode: boolean
  preserveMtime: boolean
  /** For all files. */
  mode?: number
  mtime?: { secs: bigint; nsecs?: number }
}

/** Something that was added, with the bytes of all blocks below it. */
export interface Added {
  path: string
  cid: CID
  size: bigint
}

export interface AddOptions extends AddSettings {
  /** Where blocks go. */
  put: PutBlock
  /** Called while a file is read, with its path and the bytes read so far. */
  onProgress?: (path: string, bytes: number) => void
}

/**
 * Adds entries as one DAG: files and links first, as they come, then the directories, the outermost last.
 *
 * @param wrap put everything into one more directory, whose path is empty
 */
export async function* addEntries(
  entries: AsyncIterable<AddEntry>,
  wrap: boolean,
  options: AddOptions
): AsyncGenerator<Added> {
  const emptyDirectories = new Map<string, Added>()
  const settings = importerSettings(options, wrap, emptyDirectories)
  const storage: WritableStorage = {
    put: async (cid, bytes) => {
      await options.put(cid, bytes as Uint8Array).admitted
      return cid
    }
  }
  // Of a directory that stays empty only its own builder tells, so it comes before the one that is last.
  let last: Added | undefined
  for await (const { cid, path = '', size } of importer(candidates(entries, options), storage, settings)) {
    if (last !== undefined) yield last
    emptyDirectories.delete(path)
    last = { path, cid, size }
  }
  yield* emptyDirectories.values()
  if (last !== undefined) yield last
}

function importerSettings(options: AddOptions, wrap: boolean, emptyDirectories: Map<string, Added>): ImporterOptions {
  const { cidVersion, rawLeaves } = options
  const layout = options.trickle ? trickle : balanced
  const leafType = options.trickle ? 'raw' : 'file'
  const leaves = new LeafMaker(
    { chunkSize: chunkSizeOf(options.chunker), cidVersion, rawLeaves, leafType },
    options.put
  )
  return {
    cidVersion,
    rawLeaves,
    chunker: leaves.chunker,
    bufferImporter: leaves.bufferImporter,
    layout: layout({ maxChildrenPerNode: options.maxFileLinks ?? MAX_LINKS }),
    reduceSingleLeafToSelf: !options.trickle,
    wrapWithDirectory: wrap,
    dirBuilder: directoryBuilder(cidVersion, emptyDirectories),
    // The parts of a request arrive one after the other.
    fileImportConcurrency: 1
  }
}

async function* candidates(entries: AsyncIterable<AddEntry>, options: AddOptions): AsyncGenerator<ImportCandidate> {
  for await (const entry of entries) {
    const { path } = entry
    const mode = options.mode ?? (options.preserveMode ? entry.mode : undefined)
    const mtime = options.mtime ?? (options.preserveMtime ? entry.mtime : undefined)
    const metadata = { ...(mode === undefined ? {} : { mode }), ...(mtime === undefined ? {} : { mtime }) }
    if (entry.type === 'directory') yield { path, ...metadata }
    else if (entry.type === 'symlink') yield { path, link: await readText(entry.content), ...metadata }
    else yield { path, content: counted(entry, options.onProgress), ...metadata }
  }
}

async function* counted({ path, content }: AddEntry, onProgress: AddOptions['onProgress']): AsyncGenerator<Uint8Array> {
  let total = 0
  let told = 0
  for await (const chunk of content) {
    total += chunk.length
    if (total - told >= PROGRESS_STEP) onProgress?.(path, (told = total))
    yield chunk
  }
  onProgress?.(path, total)
}

/** Makes directories that were sent as such, and keeps in mind those that nothing is put into. */
function directoryBuilder(cidVersion: 0 | 1, empty: Map<string, Added>): NonNullable<ImporterOptions['dirBuilder']> {
  return async (directory, blockstore) => {
    const { path = '', mode, mtime } = directory
    const unixfs = new UnixFS({ type: 'directory', mode, mtime })
    const bytes = dagPb.encode({ Data: unixfs.marshal(), Links: [] })
    const cid = CID.create(cidVersion, dagPb.code, digest(bytes, SHA2_256))
    await blockstore.put(cid, bytes)
    const size = BigInt(bytes.length)
    empty.set(path, { path, cid, size })
    return { cid, path, unixfs, size, originalPath: directory.originalPath }
  }
}

function chunkSizeOf(text: string): number {
  if (text === '' || text === 'default') return DEFAULT_CHUNK
  const [name, ...parameters] = text.split('-')
  if (name === 'rabin' || name === 'buzhash')
    throw new KuboError(`this node does not have the chunker ${text}: use size-N`)
  if (name !== 'size') throw new KuboError(`unrecognized chunker option: ${text}`)
  if (parameters.length !== 1 || !/^\d+$/.test(parameters[0] ?? '')) {
    throw new KuboError('incorrect chunker string format (expected size-{size})')
  }
  const chunkSize = Number(parameters[0])
  if (chunkSize <= 0) throw new KuboError('chunker size must be greater than 0')
  if (chunkSize > MAX_CHUNK)
    throw new KuboError(`chunker parameters may not exceed the maximum chunk size of ${MAX_CHUNK}`)
  return chunkSize
}

async function readText(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
