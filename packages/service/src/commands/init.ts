import { stat } from 'node:fs/promises'
import { arg, bool, ExitError, string } from '@ipfs-cluster/cli-kit'
import type { FlagValues } from '@ipfs-cluster/cli-kit'
import {
  applyEnvironment,
  createIdentity,
  decodeSecret,
  defaultServiceConfig,
  formatServiceConfig,
  formatSource,
  makeFolder,
  overrideIdentity,
  saveIdentity,
  writeFileAtomic
} from '@ipfs-cluster/core/config'
import type { ServiceConfig, ServiceConfigInit } from '@ipfs-cluster/core/config'
import type { ComponentLogger } from '@ipfs-cluster/core/util'
import { during, failure } from '@ipfs-cluster/daemon'
import { ServiceCommand } from '../command.ts'
import { randomizePorts } from '../init/random-ports.ts'
import { peersOf, readPeerAddress } from '../peer-address.ts'
import type { PeerAddress } from '../peer-address.ts'
import { Prompt } from '../prompt.ts'

const OVERWRITE = 'The configuration file will be overwritten. Continue? [y/n]:'
const CONSENSUS = ['raft', 'crdt'] as const
const DATASTORES = ['leveldb', 'badger', 'badger3', 'pebble'] as const

export class Init extends ServiceCommand {
  static override summary = 'Creates a configuration and generates an identity'
  static override usage = '[http-source-url]'
  static override args = { source: arg({ description: 'URL of a configuration to refer to' }) }
  static override flags = {
    consensus: string({ default: 'crdt', summary: "select consensus: 'crdt' or 'raft'" }),
    datastore: string({
      default: 'leveldb',
      summary:
        "select datastore: 'leveldb', which is the one this peer has; 'badger', 'badger3' or 'pebble' for a Go peer"
    }),
    'custom-secret': bool({ char: 's', summary: 'prompt for the cluster secret (when no source specified)' }),
    peers: string({ summary: 'comma-separated list of multiaddresses to init with (see help)' }),
    force: bool({ char: 'f', summary: 'overwrite configuration without prompting' }),
    randomports: bool({ summary: 'configure random ports to listen on instead of defaults' }),
    'embedded-ipfs': bool({ summary: 'run an IPFS node beside the peer, so that no other is needed' })
  }
  static override description = `
Makes the configuration of a peer (service.json) with every option at its
default, and its identity (identity.json) if there is none yet. Variables of the
environment, such as CLUSTER_PEERNAME, are written into the file.

With a URL the file refers to that URL and nothing else: the configuration is
fetched from there each time the peer starts.

The peers of a cluster have the same secret. One is made here unless it is given
in CLUSTER_SECRET or, with --custom-secret, typed in.

--peers gives the addresses of other peers, each with its /p2p/ part. They go to
the file "peerstore", and their IDs become the trusted peers of crdt or the first
members of raft.

--embedded-ipfs makes a peer that runs an IPFS node of its own.

An identity that exists is kept, also with --force. To get a new one, remove
identity.json first.
`

  async run(): Promise<void> {
    const { flags, args } = this.parse(Init)
    const kind = readKind(flags)
    const existed = { config: await mayExist(this.folder.service), identity: await mayExist(this.folder.identity) }
    // A peer may be running on what is there.
    const lock = existed.config || existed.identity ? await this.lock() : undefined
    try {
      using prompt = new Prompt(this.context)
      if (existed.config && !flags.force && !(await prompt.confirm(OVERWRITE))) {
        this.#tell('nothing was changed')
        return
      }
      await this.#create(kind, flags, args.source ?? '', prompt, existed.identity)
    } finally {
      await lock?.release()
    }
  }

  async #create(
    kind: ServiceConfigInit,
    flags: Flags,
    source: string,
    prompt: Prompt,
    hasIdentity: boolean
  ): Promise<void> {
    const log = this.openLog()
    const config = await this.#configure(kind, flags, source, prompt)
    const peers = readPeers(flags.peers)
    if (flags.peers !== '') trust(config, peers)
    await during('saving default configuration', () => this.#saveConfig(config, source, log))
    if (!hasIdentity) await this.#saveIdentity(log)
    // A configuration from elsewhere says itself where its peers are.
    if (source === '') await this.#savePeerstore(peers)
  }

  async #configure(kind: ServiceConfigInit, flags: Flags, source: string, prompt: Prompt): Promise<ServiceConfig> {
    const defaults = defaultServiceConfig(kind)
    if (flags.randomports) await during('randomizing ports', () => randomizePorts(defaults))
    const config = await during('applying environment variables to configuration', () =>
      applyEnvironment(defaults, this.context.env)
    )
    if (flags['custom-secret'] && source === '') {
      const text = await prompt.ask('Enter cluster secret (32-byte hex string): ')
      config.cluster.secret = await during('parsing user-provided secret', () => decodeSecret(text))
    }
    return config
  }

  async #saveConfig(config: ServiceConfig, source: string, log: ComponentLogger): Promise<void> {
    if (config.cluster.secret === undefined) {
      log.forComponent('cluster').warn('Cluster secret is empty, cluster will start on unprotected network.')
    }
    const text = source === '' ? formatServiceConfig(config) : formatSource(source)
    log.forComponent('config').info('Saving configuration')
    await makeFolder(this.folder.path)
    await writeFileAtomic(this.folder.service, text, 0o600)
    this.#tell(`configuration written to ${this.folder.service}.`)
  }

  async #saveIdentity(log: ComponentLogger): Promise<void> {
    const created = await createIdentity()
    const identity = await during('applying environment variables to the identity', () =>
      overrideIdentity(created, this.context.env)
    )
    log.forComponent('config').info('Saving identity')
    await during('saving identity.json', () => saveIdentity(this.folder.identity, identity))
    this.#tell(`new identity written to ${this.folder.identity}`)
  }

  async #savePeerstore(peers: readonly PeerAddress[]): Promise<void> {
    if (peers.some(({ peer }) => peer === undefined)) {
      throw failure('getting AddrInfos from peer multiaddresses', new Error('invalid p2p multiaddr'))
    }
    const text = peers.map(({ address }) => `${address}\n`).join('')
    await during('saving peers to peerstore', () => writeFileAtomic(this.folder.peerstore, text, 0o644))
    this.#tell(
      peers.length > 0
        ? `peerstore written to ${this.folder.peerstore} with ${peers.length} entries.`
        : `new empty peerstore written to ${this.folder.peerstore}.`
    )
  }

  #tell(text: string): void {
    this.context.stderr.write(`${text}\n`)
  }
}

/** Whether there is such a file. When that cannot be found out, there may be one. */
async function mayExist(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (err) {
    return (err as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

type Flags = FlagValues<typeof Init.flags>

function readKind(flags: Flags): ServiceConfigInit {
  const consensus = CONSENSUS.find((word) => word === flags.consensus)
  if (consensus === undefined) {
    throw new ExitError("error choosing consensus: flag value must be set to 'raft' or 'crdt'")
  }
  const datastore = DATASTORES.find((word) => word === flags.datastore)
  if (datastore === undefined) {
    throw new ExitError(
      "error choosing datastore: flag value must be set to 'leveldb', 'badger', 'badger3' or 'pebble'"
    )
  }
  return { consensus, datastore, ipfsNode: flags['embedded-ipfs'] }
}

function readPeers(list: string): PeerAddress[] {
  if (list === '') return []
  return list.split(',').map((item) => {
    const address = item.trim()
    try {
      return readPeerAddress(address)
    } catch (err) {
      throw failure(`parsing peer multiaddress: ${address}`, err)
    }
  })
}

function trust({ consensus: { crdt, raft } }: ServiceConfig, peers: readonly PeerAddress[]): void {
  if (crdt !== undefined) crdt.trustedPeers = peersOf(peers)
  if (raft !== undefined) raft.initPeerset = peersOf(peers)
}
