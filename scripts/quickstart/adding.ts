import type { AddEntry } from '@ipfs-cluster/client'
import type { CID } from 'multiformats/cid'
import { createReadStream } from 'node:fs'
import type { QuickstartCluster } from './cluster.ts'
import type { Source } from './content.ts'
import { ProgressBar } from './progress.ts'

/** How many copies are asked for. */
export interface Copies {
  min: number
  max: number
}

/** Two copies at least, three at most, as far as there are peers. */
export function copiesFor(peers: number): Copies {
  return { min: Math.min(2, peers), max: Math.min(3, peers) }
}

/**
 * Adds everything on the first peer, which alone gets the blocks: the other holders fetch them from its IPFS node.
 *
 * @returns the CID of the root
 */
export async function add(
  { first, peers }: QuickstartCluster,
  source: Source,
  options: { signal: AbortSignal }
): Promise<CID> {
  const bar = new ProgressBar(source.size)
  const copies = copiesFor(peers.length)
  const outputs = first.client.add(
    entries(source, bar),
    {
      ...{ cidVersion: 1, rawLeaves: true, name: source.name, local: true },
      ...(peers.length > 1 && { replicationFactorMin: copies.min, replicationFactorMax: copies.max })
    },
    options
  )
  let last: CID | undefined
  for await (const output of outputs) last = output.cid ?? last
  if (last === undefined) throw new Error(`${first.name} gave no CID for what was added`)
  bar.finish()
  return last
}

function* entries(source: Source, bar: ProgressBar): Iterable<AddEntry> {
  for (const file of source.files) yield { type: 'file', name: file.name, content: read(file.path, bar) }
}

async function* read(path: string, bar: ProgressBar): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    yield chunk
    bar.add(chunk.length)
  }
}
