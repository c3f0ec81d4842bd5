import { join } from 'node:path'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import { startMockIpfs } from '../../e2e/harness/mock-ipfs.ts'
import { Peer } from '../../e2e/harness/peer.ts'
import { runProgram } from '../../e2e/harness/process.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'
import { median } from '../lib/statistics.ts'

/** How long a cron job waits for `ipfs-cluster-ctl`: the whole process, from its start to its end. */
export const ctlStart: Scenario = {
  name: 'ctl-start',
  async run(context) {
    const { bins, env } = context
    using folder = temporaryFolder()
    const ipfs = await startMockIpfs()
    const peer = await Peer.init({ folder: folder.path, bins, ipfsPort: ipfs.port, ...(env && { env }) })
    await peer.start()
    try {
      const host = ['--host', `/ip4/127.0.0.1/tcp/${peer.restPort}`]
      return [await timeCtl(context, 'ctl --version', ['--version']), await timeCtl(context, 'ctl id', [...host, 'id'])]
    } finally {
      await peer.stop()
      await ipfs.stop()
    }
  }
}

async function timeCtl(context: ScenarioContext, name: string, args: readonly string[]): Promise<Figure> {
  const times: number[] = []
  for (let run = 0; run < (context.scale === 'small' ? 5 : 40); run++) {
    const start = performance.now()
    const outcome = await runProgram(join(context.bins, 'ipfs-cluster-ctl'), args)
    times.push(performance.now() - start)
    if (outcome.code !== 0) throw new Error(`${name} failed:\n${outcome.stdout}${outcome.stderr}`)
  }
  return { name, value: median(times), unit: 'ms' }
}
