import { defaultAddParams } from '@ipfs-cluster/api'
import { adder } from '@ipfs-cluster/core/adder'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { BlockSink, ShardComponents } from '@ipfs-cluster/core/adder'
import type { AddEntry } from '../../src/adder/interface.ts'
import type { Block } from '../../src/ipfs/interface.ts'

export const PEER = '12D3KooWJogtrWrFGd4AoEvkagPyr8XJWvc9KqoLY8AsxY6yAnub'

/** A sink into memory. */
export class MemorySink implements BlockSink {
  readonly allocations = [PEER]
  readonly blocks: Block[] = []
  readonly #failed = new AbortController()
  isClosed = false
  abortReason: unknown

  get failed(): AbortSignal {
    return this.#failed.signal
  }

  put(block: Block): undefined {
    this.blocks.push(block)
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  abort(reason: unknown): void {
    if (!this.isClosed) this.abortReason = reason
  }

  fail(reason: Error): void {
    this.#failed.abort(reason)
  }
}

/** For adds that are not sharded. */
export const NO_SHARDS: ShardComponents = {
  putLocal: async () => {},
  pinPart: async () => true,
  unpinParts: async () => {}
}

export interface AddResult {
  outputs: AddedOutput[]
  pinned: CID[]
  sink: MemorySink
  error: unknown
}

/** Adds, and tells all that happened. */
export async function runAdd(
  entries: AsyncIterable<AddEntry> | Iterable<AddEntry>,
  params: Partial<AddParams> = {},
  options: { sink?: MemorySink; signal?: AbortSignal } = {}
): Promise<AddResult> {
  const sink = options.sink ?? new MemorySink()
  const result: AddResult = { outputs: [], pinned: [], sink, error: undefined }
  const component = adder()({
    openSink: async () => sink,
    pin: async (root) => result.pinned.push(root),
    shards: NO_SHARDS
  })
  try {
    const all = { ...defaultAddParams(), ...params }
    const outputs = component.add(toAsync(entries), all, options.signal === undefined ? {} : { signal: options.signal })
    for await (const output of outputs) result.outputs.push(output)
  } catch (err) {
    result.error = err
  }
  return result
}

export async function* toAsync<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* items
}

export function file(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): AddEntry {
  if (typeof content === 'string') return file(path, Buffer.from(content))
  return { path, kind: 'file', content: content instanceof Uint8Array ? toAsync([content]) : content }
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed: number = 1): Uint8Array {
  // Each look at a global costs much where tests run.
  const { imul } = Math
  const bytes = new Uint8Array(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (imul(state, 1664525) + 1013904223) | 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** The parts of a recorded request with the boundary `XXcapXX`, as the HTTP server makes entries of them. */
export async function* multipartEntries(body: string): AsyncGenerator<AddEntry> {
  const parts = body.split('--XXcapXX')
  const isWhole = parts.at(-1) === '--\r\n'
  for (const part of isWhole ? parts.slice(1, -1) : parts.slice(1)) {
    const split = part.indexOf('\r\n\r\n')
    const head = part.slice(0, split)
    const content = part.slice(split + 4).replace(/\r\n$/, '')
    const path = decodeURIComponent(/filename="([^"]*)"/.exec(head)?.[1] ?? '')
    const type = /Content-Type: (.*)/.exec(head)?.[1]?.trim()
    if (type === 'application/x-directory') yield { path, kind: 'directory' }
    else if (type === 'application/symlink') yield { ...file(path, content), kind: 'symlink' }
    else yield file(path, content)
  }
  if (!isWhole) throw new Error('multipart: NextPart: EOF')
}
