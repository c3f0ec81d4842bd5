import { resolve } from 'node:path'
import { bool, ExitError, string } from '@ipfs-cluster/cli-kit'
import { ConfigError, loadIdentity, overrideIdentity } from '@ipfs-cluster/core/config'
import type { Identity } from '@ipfs-cluster/core/config'
import { withTimeout } from '@ipfs-cluster/core/util'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { during, ipfsNodeProcess, LineLog, loadDaemon, readLogLevels, StopSignals } from '@ipfs-cluster/daemon'
import { clearSocket } from '../api-socket.ts'
import { FollowCommand } from '../command.ts'
import { isThere } from '../files.ts'
import { PROGRAM } from '../globals.ts'
import { initialize } from '../initialize.ts'
import { waitForIpfs } from '../ipfs/answers.ts'
import { chooseNode, gatewayOf } from '../ipfs/node.ts'
import type { NodeChoice } from '../ipfs/node.ts'
import { readSettings, writeSettings } from '../settings.ts'
import type { FollowerSettings } from '../settings.ts'
import { followerConfig, warningsOf } from '../template/follower-config.ts'
import { keepTemplate, loadTemplate } from '../template/load.ts'
import { throughGateway, withScheme } from '../template/source.ts'
import { gateway } from './init.ts'

/** Milliseconds for which a Kubo is waited for. */
const IPFS_LIMIT = 120_000

const TIMED_OUT = `timed out waiting for IPFS to be available
  Start Kubo, or say in CLUSTER_IPFSHTTP_NODEMULTIADDRESS where it is; with --embedded-ipfs no Kubo is needed.`

/** Requests are many, and of interest to few. */
const LOG_LEVELS = 'info,restapilog:error'

export class Run extends FollowCommand {
  static override summary = 'runs the follower peer'
  static override usage = ''
  static override flags = {
    init: string({ summary: 'initialize cluster peer with the given URL before running' }),
    gateway,
    'embedded-ipfs': bool({ summary: 'run an IPFS node beside the peer, also where there is a Kubo' }),
    'stop-with-stdin': bool({
      hidden: true,
      summary: 'stop when standard input ends, so that the peer does not outlive the program that started it'
    })
  }
  static override description = `
Runs the peer until it is stopped. It fetches the configuration of the cluster,
connects to its peers, and has the IPFS node of this machine pin what the trusted
ones of them pin. It cannot change what the cluster pins.

The peer must have been made by "init", or is made now with --init.

It uses the Kubo of this machine, and waits for it for two minutes. Where there is
no Kubo it runs an IPFS node of its own, in the folder of the peer, and goes on
using that.
`

  async run(): Promise<number> {
    const { flags } = this.parse(Run)
    using stop = new StopSignals(this.context.stderr)
    if (flags['stop-with-stdin']) stop.followEndOf(this.context.stdin)
    if (flags.init !== '') await this.#initialize(flags.init, flags.gateway)
    await this.requireInitialized()
    this.tell(`Starting the IPFS Cluster follower peer for "${this.cluster}".\nCTRL-C to stop it.`)
    const settings = await this.reading(() => readSettings(this.folder))
    const choosing = { mustBeEmbedded: flags['embedded-ipfs'] }
    const choice = await this.reading(() =>
      chooseNode(settings, this.context.env, { ...choosing, signal: stop.signal })
    )
    if (choice.kind === 'kubo') await this.#waitFor(choice.address, stop)
    await using _lock = await this.lock('creating datastore')
    try {
      return await this.#runWith(settings, choice, stop)
    } catch (err) {
      if (stop.signal.aborted) return 0
      throw err
    }
  }

  async #initialize(source: string, from: string): Promise<void> {
    const { cluster, folder } = this
    if (await isThere(folder.path)) {
      this.tell('Configuration for this cluster already exists. Skipping initialization.')
      this.tell(`If you wish to re-initialize, simply delete ${folder.path}\n`)
      return
    }
    await initialize({ cluster, folder, source, gateway: from, io: this.context })
  }

  async #waitFor(address: string, stop: StopSignals): Promise<void> {
    this.tell('Checking if IPFS is online (will wait for 2 minutes)...')
    const tell = (line: string): void => this.tell(line)
    if (await waitForIpfs(address, tell, withTimeout(IPFS_LIMIT, stop.signal))) return
    throw new ExitError(stop.signal.aborted ? '' : TIMED_OUT)
  }

  async #runWith(settings: FollowerSettings, choice: NodeChoice, stop: StopSignals): Promise<number> {
    const logger = new LineLog(readLogLevels({ debug: false, loglevel: LOG_LEVELS }).levels, this.context.stderr)
    if (choice.kind === 'kubo') return this.#runPeer(settings, choice, logger, stop)
    const { folder } = this
    const { env } = this.context
    if (choice.isNew) this.tell(`An IPFS node is run beside the peer, in ${resolve(folder.path, choice.node.repo)}.`)
    const node = ipfsNodeProcess(choice.node, { folder, env }, { logger })
    try {
      await during('starting the embedded IPFS node', () => node.start(stop))
      // From now on what is pinned is there.
      if (choice.isNew) await writeSettings(folder, { ...settings, ipfsNode: choice.node })
      return await this.#runPeer(settings, choice, logger, stop)
    } finally {
      await node.stop()
    }
  }

  async #runPeer(
    { source }: FollowerSettings,
    choice: NodeChoice,
    logger: ComponentLogger,
    stop: StopSignals
  ): Promise<number> {
    const { folder } = this
    const { env } = this.context
    const ipfsNode = choice.kind === 'embedded' ? choice.node : undefined
    const loaded = await this.reading(async () => {
      const url = source === '' ? '' : placeOf(source, choice)
      if (url !== '') logger.forComponent('config').info(`loading configuration from ${url}`)
      const template = await loadTemplate(folder, url, stop)
      await keepTemplate(folder, template)
      this.tellStale(template)
      const config = followerConfig(template.config, { folder, env, ipfsNode })
      return { config, identity: await this.#identity() }
    })
    for (const warning of warningsOf(loaded.config)) logger.forComponent('cluster').warn(warning)
    await clearSocket(folder, env)
    const runDaemon = await loadDaemon()
    return runDaemon({ ...loaded, folder, source, logger, stop, io: this.context, isFollower: true })
  }

  async #identity(): Promise<Identity> {
    const { identity: path } = this.folder
    const identity = await loadIdentity(path)
    if (identity !== undefined) return overrideIdentity(identity, this.context.env)
    const allowed = `the identity.json of this peer from a backup; or delete the folder and run "${PROGRAM} NAME init" again`
    throw new ConfigError(`error loading identity: ${path} is missing`, { path: [], allowed })
  }
}

/** Where a configuration is fetched from now: what the embedded node can give is had from that. */
function placeOf(source: string, choice: NodeChoice): string {
  const url = withScheme(source)
  return choice.kind === 'embedded' ? throughGateway(url, gatewayOf(choice.node)) : url
}
