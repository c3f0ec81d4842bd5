import { writeFile } from 'node:fs/promises'
import { bool, ExitError, string } from '@ipfs-cluster/cli-kit'
import { CtlCommand } from '../../command.ts'
import { explainSystemError } from '../../system-error.ts'
import { graphText } from '../../output/graph.ts'

export class HealthGraphCommand extends CtlCommand {
  static override summary = 'Draw who is connected to whom'
  static override description = `
Asks all connected peers and their IPFS nodes whom they see, and prints the answer
as a graph in the language of Graphviz (dot).
`
  static override flags = {
    file: string({ char: 'f', summary: 'write to this file' }),
    'all-ipfs-peers': bool({ summary: 'show also the IPFS nodes outside the cluster' })
  }

  async run(): Promise<number> {
    const { flags } = this.parse(HealthGraphCommand)
    return this.ask(async (client, output) => {
      const text = graphText(await client.connectGraph(), { allIpfsPeers: flags['all-ipfs-peers'] })
      if (flags.file === '') output.raw(text)
      else await writeGraph(flags.file, text)
    })
  }
}

async function writeGraph(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw ExitError.during('creating output file', explainSystemError(error, 'open', path))
  }
}
