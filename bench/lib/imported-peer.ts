import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import type { MockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { startMockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { Peer } from '../../e2e/harness/peer.ts'
import { cidTexts } from './cids.ts'
import { exportLines } from './export-lines.ts'
import type { Figure, Scenario, ScenarioContext } from './scenario.ts'

/** A peer with a pinset, which has not been started. */
export interface ImportedPeer {
  peer: Peer
  ipfs: MockIpfs
  /** For files. */
  folder: string
  /** Pins of it. */
  count: number
  /** Seconds that the import took. */
  seconds: number
}

/** What is measured of a peer whose pinset comes out of an export file. */
interface ImportedPeerInit {
  name: string
  /** Numbers of pins, each for a peer of its own. */
  sizes: Readonly<Record<ScenarioContext['scale'], readonly number[]>>
  /** Whether its IPFS node has pinned all of it. */
  isHeld: boolean
  measure(imported: ImportedPeer, context: ScenarioContext): Promise<Figure[]>
}

/** A scenario of peers whose pinset comes out of an export file. */
export function importedPeer({ name, sizes, isHeld, measure }: ImportedPeerInit): Scenario {
  return {
    name,
    async run(context) {
      const figures: Figure[] = []
      for (const count of sizes[context.scale]) {
        const measured = await withImported(count, isHeld, context, (imported) => measure(imported, context))
        figures.push(...measured.map((figure) => ({ ...figure, name: `${count} pins: ${figure.name}` })))
      }
      return figures
    }
  }
}

async function withImported(
  count: number,
  isHeld: boolean,
  { bins, env }: ScenarioContext,
  measure: (imported: ImportedPeer) => Promise<Figure[]>
): Promise<Figure[]> {
  using folder = temporaryFolder()
  const file = join(folder.path, 'export.json')
  await pipeline(Readable.from(exportLines('state', count)), createWriteStream(file))
  const ipfs = await startMockIpfs()
  if (isHeld) ipfs.hold(cidTexts('state', count))
  const peer = await Peer.init({ folder: folder.path, bins, ipfsPort: ipfs.port, ...(env && { env }) })
  try {
    const seconds = await timeService(peer, ['state', 'import', '-f', file])
    return await measure({ peer, ipfs, folder: folder.path, count, seconds })
  } finally {
    if (peer.running) await peer.stop()
    await ipfs.stop()
  }
}

/** @returns the seconds that a command of the service takes */
export async function timeService(peer: Peer, args: readonly string[]): Promise<number> {
  const start = performance.now()
  const { code, stdout, stderr } = await peer.service(args)
  if (code !== 0) throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`)
  return (performance.now() - start) / 1000
}
