import { loadPeerConfig } from '@ipfs-cluster/core/config'
import type { PeerConfig } from '@ipfs-cluster/core/config'
import type { CrdtConsensus } from '@ipfs-cluster/core/consensus/crdt'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { during } from '@ipfs-cluster/daemon'
import { ServiceCommand } from '../command.ts'
import type { Prompt } from '../prompt.ts'
import { openStoppedPeer, requireCrdt } from './stopped-peer.ts'
import type { StoppedPeer, StoppedPeerOptions } from './stopped-peer.ts'

/** A command that works on the stored state of a peer, which must not run. */
export abstract class StateCommand extends ServiceCommand {
  /** What the log of the command goes to. */
  protected readonly logger: ComponentLogger = this.openLog()

  /** Does the work while the folder is locked. */
  protected async whileLocked(work: () => Promise<void>): Promise<void> {
    const lock = await this.lock()
    try {
      await work()
    } finally {
      await lock.release()
    }
  }

  /** The configuration of a peer whose state can be read. */
  protected async load(): Promise<PeerConfig> {
    const loaded = await during('loading configurations', () => loadPeerConfig(this.folder, this.context.env))
    await during('creating state manager', () => requireCrdt(loaded))
    return loaded
  }

  /** Does a step with the state, and closes it. */
  protected async withState(
    step: string,
    loaded: PeerConfig,
    work: (peer: StoppedPeer) => Promise<void>,
    options?: StoppedPeerOptions
  ): Promise<void> {
    await during(step, async () => {
      await using peer = await openStoppedPeer(loaded, this.logger, options)
      await work(peer)
    })
  }

  /** The same with the pinset ready to be read. */
  protected async withPinset(
    step: string,
    loaded: PeerConfig,
    work: (consensus: CrdtConsensus) => Promise<void>
  ): Promise<void> {
    await this.withState(step, loaded, async ({ consensus }) => {
      await consensus.start()
      await work(consensus)
    })
  }

  /** Asks unless it was forced. A refusal is no failure. */
  protected async mayGoOn(question: string, force: boolean, prompt: Prompt): Promise<boolean> {
    if (force || (await prompt.confirm(question))) return true
    this.context.stderr.write('nothing was changed\n')
    return false
  }

  protected info(message: string): void {
    this.logger.forComponent('service').info(message)
  }
}
