import { stringify } from '@ipfs-cluster/api'
import { bool } from '@ipfs-cluster/cli-kit'
import { ConfigError, loadIdentity, overrideIdentity } from '@ipfs-cluster/core/config'
import type { ServiceConfig } from '@ipfs-cluster/core/config'
import { ANSWER_LIMIT, followerClient } from '../api.ts'
import { FollowCommand } from '../command.ts'
import { answers } from '../ipfs/answers.ts'
import { baseConfig, readSettings } from '../settings.ts'
import type { FollowerSettings } from '../settings.ts'
import { followerConfig } from '../template/follower-config.ts'
import { loadTemplate } from '../template/load.ts'
import { withScheme } from '../template/source.ts'

/** What is known of a follower. */
interface Info {
  readonly config: ServiceConfig
  readonly source: string
  readonly isAvailable: boolean
  readonly peerOnline: boolean
  readonly ipfsOnline: boolean
}

export class Information extends FollowCommand {
  static override summary = 'displays information for this peer'
  static override usage = ''
  static override flags = { json: bool({ summary: 'print a JSON object, which also names the trusted peers' }) }
  static override description = `
Says where the peer and its configuration are, whether the configuration can be
had, and whether the peer and its IPFS node are running.
`

  async run(): Promise<void> {
    const { flags } = this.parse(Information)
    await this.requireInitialized()
    const { config, isAvailable, source } = await this.reading(() => this.#configure())
    const [peerOnline, ipfsOnline] = await Promise.all([
      this.#isRunning(),
      answers(config.ipfsConnector.ipfshttp.nodeMultiaddress, ANSWER_LIMIT)
    ])
    const info: Info = { config, source, isAvailable, peerOnline, ipfsOnline }
    await (flags.json ? this.#printJson(info) : this.#print(info))
  }

  async #configure(): Promise<Pick<Info, 'config' | 'isAvailable' | 'source'>> {
    const { folder } = this
    const settings = await readSettings(folder)
    const { env } = this.context
    const { template, isAvailable } = await this.#template(settings)
    const { ipfsNode } = settings
    const isOwn = ipfsNode?.enabled === true && env['CLUSTER_IPFSHTTP_NODEMULTIADDRESS'] === undefined
    const config = followerConfig(template, { folder, env, ...(isOwn && { ipfsNode }) })
    return { config, isAvailable, source: settings.source }
  }

  /** When there is no answer and no copy, as on a machine without network, the defaults do. */
  async #template({ source }: FollowerSettings): Promise<{ template: ServiceConfig; isAvailable: boolean }> {
    try {
      const template = await loadTemplate(this.folder, source === '' ? '' : withScheme(source))
      this.tellStale(template)
      return { template: template.config, isAvailable: template.stale === undefined }
    } catch (err) {
      if (!isWithoutAnswer(err)) throw err
      return { template: baseConfig(), isAvailable: false }
    }
  }

  async #isRunning(): Promise<boolean> {
    try {
      await followerClient(this.folder, this.context.env).version({ signal: AbortSignal.timeout(ANSWER_LIMIT) })
      return true
    } catch {
      return false
    }
  }

  #print({ source, isAvailable, peerOnline, ipfsOnline }: Info): void {
    const state = isAvailable ? 'Available' : 'failed retrieving configuration source'
    this.tell(`Information about follower peer for Cluster "${this.cluster}":\n`)
    this.tell(`Config folder: ${this.folder.path}`)
    this.tell(`Config source URL: ${state} (${source})`)
    this.tell(`Cluster Peer online: ${peerOnline}`)
    this.tell(`IPFS peer online: ${ipfsOnline}`)
  }

  async #printJson({ config, source, isAvailable, peerOnline, ipfsOnline }: Info): Promise<void> {
    const identity = await this.reading(() => loadIdentity(this.folder.identity))
    const { trustedPeers = [] } = config.consensus.crdt ?? {}
    const document = {
      cluster: this.cluster,
      id: identity === undefined ? null : overrideIdentity(identity, this.context.env).id,
      config_folder: this.folder.path,
      config_source: source,
      config_source_available: isAvailable,
      trusted_peers: trustedPeers === '*' ? ['*'] : trustedPeers,
      ipfs_node: config.ipfsConnector.ipfshttp.nodeMultiaddress,
      peer_online: peerOnline,
      ipfs_online: ipfsOnline
    }
    this.tell(stringify(document, 2))
  }
}

function isWithoutAnswer(err: unknown): boolean {
  return err instanceof ConfigError && err.fault.path[0] === 'source' && err.cause !== undefined
}
