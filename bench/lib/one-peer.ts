import { join } from 'node:path'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import { startMockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { Peer } from '../../e2e/harness/peer.ts'
import type { Figure, Scenario, ScenarioContext } from './scenario.ts'

/** A scenario of one running peer whose IPFS node costs nothing. */
export function onePeer(
  name: string,
  measure: (peer: Peer, context: ScenarioContext, folder: string) => Promise<Figure[]>
): Scenario {
  return {
    name,
    async run(context) {
      using folder = temporaryFolder()
      const ipfs = await startMockIpfs()
      const { bins, env } = context
      const peer = await Peer.init({ folder: folder.path, bins, ipfsPort: ipfs.port, ...(env && { env }) })
      try {
        await peer.start()
        return await measure(peer, context, join(folder.path, 'peer'))
      } finally {
        if (peer.running) await peer.stop()
        await ipfs.stop()
      }
    }
  }
}
