import { ServiceCommand } from '../command.ts'
export class Daemon extends ServiceCommand {
  static override summary = 'Runs the IPFS Cluster peer (default)'
  async run(): Promise<void> {
    this.parse(Daemon)
  }
}
