import { ExitError, string } from '@ipfs-cluster/cli-kit'
import { ServiceCommand } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'

export class Doctor extends ServiceCommand {
  static override summary = 'Looks for what keeps a peer from its work'
  static override flags = { enc: string({ default: 'text', summary: 'output: "text" or "json"' }) }
  static override description = `
Looks at the configuration, the secret, the disk, the clock, the ports, the IPFS
node and the other peers, whether or not the peer runs. Each thing gets a line
with "ok", "warn" or "fail", and what to do about it. Nothing is changed.

The exit status is 1 when something fails.
`

  async run(): Promise<number> {
    const { flags } = this.parse(Doctor)
    if (flags.enc !== 'text' && flags.enc !== 'json') throw new ExitError('error reading --enc: it is "text" or "json"')
    const findings: Finding[] = []
    for await (const finding of examine(this.folder, this.context.env)) {
      findings.push(finding)
      if (flags.enc === 'text') this.context.stdout.write(lineOf(finding))
    }
    if (flags.enc === 'json') this.context.stdout.write(`${JSON.stringify(findings, null, 2)}\n`)
    return findings.some(({ level }) => level === 'fail') ? 1 : 0
  }
}

function lineOf({ check, level, message, advice = '' }: Finding): string {
  const line = `${level.padEnd(4)}  ${check.padEnd(9)}  ${message}\n`
  return advice === '' ? line : `${line}${''.padEnd(17)}${advice}\n`
}
