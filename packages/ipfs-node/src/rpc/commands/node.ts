import { arch, platform } from 'node:os'
import { AGENT_VERSION, KUBO_VERSION, REPO_VERSION } from '../../defaults.ts'
import { KuboError } from '../../errors.ts'
import { checkConfig, getKey, setKey } from '../../repo/config.ts'
import type { NodeConfig } from '../../repo/config.ts'
import type { Swarm } from '../../exchange/swarm.ts'
import type { Command, RpcContext } from '../context.ts'
import { bodyBuffers } from './block.ts'

const OFFLINE_ID =
  "'ipfs id' cannot query information on remote peers without a running daemon; if you only want to convert --peerid-base, pass --offline option"
const NOT_ONLINE = "this command must be run in online mode. Try running 'ipfs daemon' first"
/** What is told of a node that nobody asked to be told more of. */
const NO_IDENTITY = { ID: '', PublicKey: '', Addresses: null, AgentVersion: '', Protocols: null }
const INBOUND = 1
const OUTBOUND = 2
const GO_ARCH: Record<string, string> = { x64: 'amd64', ia32: '386' }

/** `id`: this node, or another one. */
export const id: Command = {
  args: { name: 'peerid', min: 0, max: 1 },
  options: { format: 'string', f: '=format', 'peerid-base': 'string' },
  async run({ node, args: [peer], signal, reply }) {
    const { identity, swarm } = node
    if (peer === undefined || peer === identity.peerId) {
      await reply.once({
        ID: identity.peerId,
        PublicKey: identity.publicKey,
        Addresses: swarm?.addresses() ?? null,
        AgentVersion: AGENT_VERSION,
        Protocols: swarm?.protocols() ?? null
      })
      return
    }
    if (swarm === undefined) throw new KuboError(OFFLINE_ID)
    await reply.once(await identityOf(swarm, peer, signal))
  }
}

/** `version` */
export const version: Command = {
  async run({ reply }) {
    await reply.once({
      Version: KUBO_VERSION,
      Commit: '',
      Repo: REPO_VERSION,
      System: `${GO_ARCH[arch()] ?? arch()}/${platform()}`,
      Golang: `node${process.version}`
    })
  }
}

/** `swarm/peers` */
export const swarmPeers: Command = {
  options: { verbose: 'bool', v: '=verbose', streams: 'bool', latency: 'bool', direction: 'bool', identify: 'bool' },
  async run(context) {
    const { options, reply, signal } = context
    const swarm = online(context)
    const verbose = options.bool('verbose') === true
    const wants = (name: string): boolean => verbose || options.bool(name) === true
    const peers = await Promise.all(
      swarm.connections().map(async ({ remoteAddr, remotePeer, direction, streams }) => ({
        Addr: remoteAddr.decapsulate(`/p2p/${remotePeer.toString()}`).toString(),
        Peer: remotePeer.toString(),
        // Kubo measures it by pings, and says this as long as there was none.
        ...(wants('latency') ? { Latency: 'n/a' } : {}),
        ...(wants('direction') ? { Direction: direction === 'inbound' ? INBOUND : OUTBOUND } : {}),
        ...(wants('streams') && streams.length > 0
          ? { Streams: streams.map(({ protocol }) => ({ Protocol: protocol })) }
          : {}),
        Identify: wants('identify') ? await identityOf(swarm, remotePeer.toString(), signal) : NO_IDENTITY
      }))
    )
    await reply.once({ Peers: peers.length > 0 ? peers.sort((a, b) => (a.Addr < b.Addr ? -1 : 1)) : null })
  }
}

/** `swarm/connect` */
export const swarmConnect: Command = {
  args: { name: 'address', min: 1 },
  async run(context) {
    const swarm = online(context)
    const lines: string[] = []
    for (const address of context.args) lines.push(`connect ${await swarm.connect(address, context.signal)} success`)
    await context.reply.once({ Strings: lines })
  }
}

/** `swarm/disconnect` */
export const swarmDisconnect: Command = {
  args: { name: 'address', min: 1 },
  async run(context) {
    const swarm = online(context)
    const lines: string[] = []
    for (const address of context.args) lines.push(`disconnect ${await swarm.disconnect(address)} success`)
    await context.reply.once({ Strings: lines })
  }
}

/** `swarm/addrs` */
export const swarmAddrs: Command = {
  async run(context) {
    await context.reply.once({ Addrs: Object.fromEntries(await online(context).knownAddresses()) })
  }
}

/** `swarm/addrs/local` and `swarm/addrs/listen` */
export const swarmAddrsLocal: Command = {
  options: { id: 'bool' },
  async run(context) {
    const addresses = online(context).addresses()
    const withId = context.options.bool('id') === true
    await context.reply.once({
      Strings: withId ? addresses : addresses.map((text) => text.replace(/\/p2p\/[^/]+$/, ''))
    })
  }
}

/** `config`: one value, to be read or set. */
export const config: Command = {
  args: { name: 'key', min: 1, max: 2 },
  options: { bool: 'bool', json: 'bool', 'expand-auto': 'bool' },
  async run({ node: { repo }, args: [key = '', value], options, reply }) {
    if (/^identity(\.privkey)?$/i.test(key)) throw new KuboError('cannot show or change private key through API')
    if (value === undefined) {
      await reply.once({ Key: key, Value: getKey(repo.config, key) })
      return
    }
    if (/^identity\./i.test(key)) throw new KuboError('cannot change the identity through API')
    const parsed = configValue(value, options.bool('json') === true, options.bool('bool') === true)
    const changed = structuredClone(repo.config)
    setKey(changed, key, parsed)
    await repo.saveConfig(checkConfig(changed))
    await reply.once({ Key: key, Value: parsed })
  }
}

/** `config/show`: everything but the private key. */
export const configShow: Command = {
  async run({ node: { repo }, reply }) {
    const { Identity, ...rest } = repo.config
    await reply.once({ Identity: { PeerID: Identity.PeerID }, ...rest })
  }
}

/** `config/replace`: the identity stays. */
export const configReplace: Command = {
  file: 'file',
  async run({ node: { repo }, options, files, reply }) {
    for await (const { content } of files()) {
      const { bytes } = await bodyBuffers(options).read(content)
      const text = Buffer.from(bytes).toString()
      const replacement = configValue(text, true, false) as NodeConfig
      await repo.saveConfig(checkConfig({ ...replacement, Identity: repo.config.Identity }))
    }
    await reply.end()
  }
}

/** `bitswap/stat` */
export const bitswapStat: Command = {
  async run(context) {
    const { node, reply } = context
    if (node.swarm === undefined) throw new KuboError(`unable to run offline: ${NOT_ONLINE}`, { rpcCode: 1 })
    const { wantlist, blocksReceived, dataReceived } = node.swarm.exchange.stat()
    await reply.once({
      Wantlist: wantlist.map((cid) => ({ '/': cid.toString() })),
      Peers: [...new Set(node.swarm.connections().map(({ remotePeer }) => remotePeer.toString()))],
      BlocksReceived: blocksReceived,
      DataReceived: dataReceived,
      DupBlksReceived: 0,
      DupDataReceived: 0,
      MessagesReceived: 0,
      BlocksSent: 0,
      DataSent: 0
    })
  }
}

/** Another node in the shape of `id`. */
async function identityOf(swarm: Swarm, peer: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const { addresses, protocols, agentVersion, publicKey } = await swarm.details(peer, signal)
  return { ID: peer, PublicKey: publicKey, Addresses: addresses, AgentVersion: agentVersion, Protocols: protocols }
}

function online({ node }: RpcContext): Swarm {
  if (node.swarm === undefined) throw new KuboError(NOT_ONLINE)
  return node.swarm
}

function configValue(text: string, isJson: boolean, isBool: boolean): unknown {
  if (isBool) return text === 'true'
  if (!isJson) return text
  try {
    return JSON.parse(text) as unknown
  } catch (err) {
    throw new KuboError(`failed to unmarshal json. ${(err as Error).message}`, { cause: err })
  }
}
