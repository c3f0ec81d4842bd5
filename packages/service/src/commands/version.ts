import { GoCommand } from '@ipfs-cluster/cli-kit'
import type { Globals } from '../globals.ts'

export class Version extends GoCommand<Globals> {
  static override summary = 'Prints the ipfs-cluster version'

  async run(): Promise<void> {
    this.parse(Version)
    this.context.stdout.write(`${this.context.version}\n`)
  }
}
