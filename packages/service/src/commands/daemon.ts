import { bool, string } from '@ipfs-cluster/cli-kit'
import type { FlagValues } from '@ipfs-cluster/cli-kit'
import { loadPeerConfig } from '@ipfs-cluster/core/config'
import type { PeerConfig } from '@ipfs-cluster/core/config'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { during, failure, loadDaemon, StopSignals, tellNotThereYet } from '@ipfs-cluster/daemon'
import { ServiceCommand } from '../command.ts'
import { tellSystemd } from '../daemon/systemd.ts'
import { peersOf, readPeerAddress } from '../peer-address.ts'
import type { PeerAddress } from '../peer-address.ts'

export class Daemon extends ServiceCommand {
  static override summary = 'Runs the IPFS Cluster peer (default)'
  static override flags = {
    upgrade: bool({ char: 'u', summary: 'has no effect' }),
    bootstrap: string({
      char: 'j',
      summary: 'join a cluster providing a comma-separated list of existing peers multiaddress(es)'
    }),
    leave: bool({
      char: 'x',
      hidden: true,
      summary: 'leave the cluster when the peer stops, whatever service.json says'
    }),
    stats: bool({ summary: 'enable stats collection' }),
    tracing: bool({ summary: 'enable tracing collection' }),
    'no-trust': bool({ summary: 'do not trust bootstrap peers (only for "crdt" consensus)' }),
    'stop-with-stdin': bool({
      hidden: true,
      summary: 'stop when standard input ends, so that the peer does not outlive the program that started it'
    })
  }

  async run(): Promise<number> {
    const { flags } = this.parse(Daemon)
    using stop = new StopSignals(this.context.stderr)
    if (flags['stop-with-stdin']) stop.followEndOf(this.context.stdin)
    const logger = this.openLog()
    const log = logger.forComponent('service')
    log.info('Initializing. For verbose output run with "-l debug". Please wait...')
    const bootstraps = readBootstraps(flags.bootstrap)
    const lock = await this.lock()
    try {
      const loaded = await during('loading configurations', () => loadPeerConfig(this.folder, this.context.env, stop))
      this.#tell(loaded, logger)
      applyFlags(loaded, flags, bootstraps)
      tellNotThereYet(loaded.config, log)
      const bootstrap = bootstraps.map(({ address }) => address)
      const runDaemon = await loadDaemon()
      const onReady = (): void => tellSystemd(this.context.env, log)
      return await runDaemon({ ...loaded, logger, stop, io: this.context, bootstrap, onReady })
    } catch (err) {
      if (stop.signal.aborted) return 0
      throw err
    } finally {
      await lock.release()
    }
  }

  #tell({ notices, source }: PeerConfig, logger: ComponentLogger): void {
    if (source !== undefined) logger.forComponent('config').info(`loading configuration from ${source}`)
    for (const notice of notices) logger.forComponent('cluster').warn(notice)
  }
}

function readBootstraps(list: string): PeerAddress[] {
  if (list === '') return []
  return list.split(',').map((item) => {
    try {
      return readPeerAddress(item.trim())
    } catch (err) {
      throw failure(`parsing bootstrap multiaddress (${item})`, err)
    }
  })
}

function applyFlags(
  { config }: PeerConfig,
  flags: FlagValues<typeof Daemon.flags>,
  bootstraps: readonly PeerAddress[]
): void {
  const { cluster, observations, consensus } = config
  cluster.leaveOnShutdown ||= flags.leave
  observations.metrics.enableStats ||= flags.stats
  observations.tracing.enableTracing ||= flags.tracing
  const trusted = consensus.crdt?.trustedPeers
  if (trusted !== undefined && trusted !== '*' && !flags['no-trust']) trusted.push(...peersOf(bootstraps))
}
