import { cidToText, ClusterError } from '@ipfs-cluster/api'
import { MAX_SYMLINK_BYTES, MAX_TURN, PROGRESS_INTERVAL } from './defaults.ts'
import { outputName, splitEntryPath } from './entry-path.ts'
import { Folder, fromInside } from './folder.ts'
import { directoryBlocks } from './unixfs/directory.ts'
import { FileBuilder } from './unixfs/file-builder.ts'
import { NodeBuilder, withoutData } from './unixfs/nodes.ts'
import { withSignal } from '../util/with-signal.ts'
import type { AddedOutput } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Block } from '../ipfs/interface.ts'
import type { EntryPath } from './entry-path.ts'
import type { AddEntry, EntrySession, SessionInit } from './interface.ts'
import type { ImportProfile } from './profile.ts'
import type { DagNode } from './unixfs/nodes.ts'

export interface AddSessionInit extends SessionInit {
  profile: ImportProfile
}

/** The building of one add: entries in, blocks to the sink, outputs out. */
export class AddSession implements EntrySession {
  readonly isFull = false
  readonly #init: AddSessionInit
  readonly #nodes: NodeBuilder
  /** The root that is being filled, when that is a folder. */
  #open: { name: string; folder: Folder } | undefined
  #root: CID | undefined

  constructor(init: AddSessionInit) {
    this.#init = init
    this.#nodes = new NodeBuilder(init.profile)
    if (init.wrap) this.#open = { name: '', folder: new Folder() }
  }

  /** The root that was finished last. */
  get roots(): readonly CID[] {
    return this.#root === undefined ? [] : [this.#root]
  }

  /** Adds one entry, and the folder before it if that is complete now. */
  async *add(entry: AddEntry): AsyncGenerator<AddedOutput, void, undefined> {
    const path = splitEntryPath(entry.path, this.#init.wrap)
    const isInFolder = this.#init.wrap || path.below.length > 0 || entry.kind === 'directory'
    if (this.#open !== undefined && (!isInFolder || this.#open.name !== path.root)) yield* this.finish()
    if (isInFolder) this.#open ??= { name: path.root, folder: new Folder() }
    if (entry.kind === 'directory') {
      this.#open?.folder.folder(path.below)
      return
    }
    const name = outputName('', path.below)
    const node = entry.kind === 'file' ? yield* this.#file(entry, name) : await this.#symlink(entry)
    this.#place(path, node)
    yield this.#output(outputName(path.root, path.below), node)
  }

  /** Completes the folder that is being filled, if there is one. */
  async *finish(): AsyncGenerator<AddedOutput, void, undefined> {
    if (this.#open === undefined) return
    const { name, folder } = this.#open
    this.#open = undefined
    this.#root = (yield* this.#folder(folder, name)).cid
  }

  #place(path: EntryPath, node: DagNode): void {
    // In a folder, what has no name is called by its CID.
    const below = path.below.length > 0 ? path.below : [cidToText(node.cid)]
    if (this.#open === undefined) this.#root = node.cid
    else this.#open.folder.put(below, node)
  }

  async *#file(entry: AddEntry, name: string): AsyncGenerator<AddedOutput, DagNode, undefined> {
    if (this.#init.profile.noCopy && (entry.source ?? '') === '') {
      throw new ClusterError('ERR_ADD_OPTION', "missing file path or URL, can't create filestore reference")
    }
    const file = new FileBuilder(this.#nodes, this.#init.profile)
    let bytes = 0
    let told = 0
    for await (const piece of this.#read(entry)) {
      await this.#store(file.push(piece))
      bytes += piece.length
      while (this.#init.progress && bytes - told >= PROGRESS_INTERVAL) {
        told += PROGRESS_INTERVAL
        yield progressOf(name, told)
      }
    }
    if (this.#init.progress) yield progressOf(name, bytes)
    return this.#store(file.finish())
  }

  async #symlink(entry: AddEntry): Promise<DagNode> {
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of this.#read(entry)) {
      size += piece.length
      if (size > MAX_SYMLINK_BYTES) throw new ClusterError('ERR_BAD_REQUEST', `the target of ${entry.path} is too long`)
      pieces.push(piece)
    }
    const node = this.#nodes.symlink(Buffer.concat(pieces))
    await this.#init.target.put(node)
    return withoutData(node)
  }

  async *#folder(root: Folder, path: string): AsyncGenerator<AddedOutput, DagNode, undefined> {
    const folders = fromInside(root, path)
    let next = folders.next()
    while (next.done !== true) {
      const node = await this.#store(directoryBlocks(this.#nodes, next.value.children))
      yield this.#output(next.value.path, node)
      next = folders.next(node)
    }
    return next.value
  }

  /**
   * Hands over blocks as they are made, no faster than the sink takes them. The nodes of a folder of a hundred thousand
   * files take seconds to make: others get their turn in between.
   */
  async #store<T>(blocks: Generator<Block, T, undefined>): Promise<T> {
    let turn = performance.now()
    for (;;) {
      const next = blocks.next()
      if (next.done === true) return next.value
      const wait = this.#init.target.put(next.value)
      if (wait !== undefined) await wait
      if (performance.now() - turn < MAX_TURN) continue
      await new Promise(setImmediate)
      turn = performance.now()
    }
  }

  /** Content of an entry, given up as soon as the add is to end, however long the next bytes take to come. */
  async *#read({ content }: AddEntry): AsyncGenerator<Uint8Array, void, undefined> {
    if (content === undefined) return
    yield* withSignal(content, this.#init.signal)
  }

  #output(name: string, { cid, size }: DagNode): AddedOutput {
    return { name, cid, bytes: 0, size, allocations: [...this.#init.target.allocations] }
  }
}

function progressOf(name: string, bytes: number): AddedOutput {
  return { name, cid: null, bytes, size: 0, allocations: [] }
}
