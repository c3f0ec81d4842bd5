import { arg, completionScript, ExitError, GoCommand, SHELLS } from '@ipfs-cluster/cli-kit'
import { globals } from '../globals.ts'
import type { Globals } from '../globals.ts'

export class CompletionCommand extends GoCommand<Globals> {
  static override summary = 'Print a script that completes command lines'
  static override description = `
Prints a script for a shell that completes commands and options:

  source <(ipfs-cluster-ctl completion bash)
  source <(ipfs-cluster-ctl completion zsh)
  ipfs-cluster-ctl completion fish | source
`
  static override usage = '<bash|zsh|fish>'
  static override args = { shell: arg({ required: true, description: 'bash, zsh or fish' }) }

  async run(): Promise<void> {
    const { args } = this.parse(CompletionCommand)
    const shell = SHELLS.find((known) => known === args.shell)
    if (shell === undefined) throw new ExitError(`error : give the shell: ${SHELLS.join(', ')}`)
    const { bin, commands, stdout } = this.context
    stdout.write(await completionScript({ bin, globals, commands }, shell))
  }
}
