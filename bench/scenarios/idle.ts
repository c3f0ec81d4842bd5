import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import { startMockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { Peer } from '../../e2e/harness/peer.ts'
import { cpuSeconds, memory } from '../lib/process-cost.ts'
import type { Scenario } from '../lib/scenario.ts'
import { rested } from '../lib/settled.ts'

/** What a peer costs that has nothing to do. */
export const idle: Scenario = {
  name: 'idle',
  async run({ bins, scale, env }) {
    using folder = temporaryFolder()
    const ipfs = await startMockIpfs()
    const start = performance.now()
    const peer = await Peer.init({ folder: folder.path, bins, ipfsPort: ipfs.port, ...(env && { env }) })
    try {
      await peer.start()
      const ready = (performance.now() - start) / 1000
      await rested(peer, scale)
      const seconds = scale === 'small' ? 3 : 30
      const before = cpuSeconds(peer.daemon.pid)
      await sleep(seconds * 1000)
      return [
        { name: 'init and start to READY', value: ready, unit: 's' },
        { name: 'CPU at rest', value: ((cpuSeconds(peer.daemon.pid) - before) / seconds) * 100, unit: '%' },
        { name: 'memory at rest', value: memory(peer.daemon.pid), unit: 'MiB' }
      ]
    } finally {
      await peer.stop()
      await ipfs.stop()
    }
  }
}
