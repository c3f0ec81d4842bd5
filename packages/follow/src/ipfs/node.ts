import { join } from 'node:path'
import type { Multiaddr } from '@ipfs-cluster/api'
import { applyEnvironment } from '@ipfs-cluster/core/config'
import type { Environment, IpfsNodeConfig } from '@ipfs-cluster/core/config'
import type { AbortOptions } from '@ipfs-cluster/core/util'
import { FreePorts } from '@ipfs-cluster/daemon'
import { isThere } from '../files.ts'
import { homeOf } from '../folder.ts'
import { baseConfig } from '../settings.ts'
import type { FollowerSettings } from '../settings.ts'
import { answers } from './answers.ts'

/** Milliseconds that a Kubo at the usual place is given to answer before it is taken not to be there. */
const PROBE_LIMIT = 2000

/** The IPFS node that a follower uses. */
export type NodeChoice =
  | { readonly kind: 'kubo'; readonly address: Multiaddr }
  /** One of its own; `isNew` when it has just been chosen and is to be remembered. */
  | { readonly kind: 'embedded'; readonly node: IpfsNodeConfig; readonly isNew: boolean }

export interface ChooseOptions extends AbortOptions {
  /** Whether it is to be one of its own in any case. */
  mustBeEmbedded?: boolean
  /** Whether a node answers at an address within some milliseconds. */
  probe?: typeof answers
}

/**
 * The IPFS node of a follower: one of its own where that is asked for; else one that the environment names; else what
 * was chosen before; else the Kubo of this machine, if there is any sign of one; else one of its own.
 *
 * @throws ConfigError for a variable of the environment
 */
export async function chooseNode(
  { ipfsNode }: FollowerSettings,
  env: Environment,
  { mustBeEmbedded = false, probe = answers, ...options }: ChooseOptions = {}
): Promise<NodeChoice> {
  const isChosen = ipfsNode?.enabled === true
  if (mustBeEmbedded) return embedded(isChosen ? ipfsNode : await onFreePorts(), env, !isChosen)
  const address = kuboAddress(env)
  if (env['CLUSTER_IPFSHTTP_NODEMULTIADDRESS'] !== undefined) return { kind: 'kubo', address }
  if (isChosen) return embedded(ipfsNode, env, false)
  if (ipfsNode !== undefined) return { kind: 'kubo', address }
  const hasKubo = (await hasTraces(env)) || (await probe(address, PROBE_LIMIT, options))
  return hasKubo ? { kind: 'kubo', address } : embedded(await onFreePorts(), env, true)
}

/** Where a Kubo is looked for: the configuration of the cluster has no say, as it may lie on IPFS itself. */
function kuboAddress(env: Environment): Multiaddr {
  return applyEnvironment(baseConfig(), env).ipfsConnector.ipfshttp.nodeMultiaddress
}

/** Whether somebody uses Kubo on this machine, or has said where one is. */
async function hasTraces(env: Environment): Promise<boolean> {
  const isNamed = Object.keys(env).some((name) => name.startsWith('CLUSTER_IPFSHTTP_') || name === 'IPFS_PATH')
  return isNamed || (await isThere(join(homeOf(env), '.ipfs')))
}

function embedded(ipfsNode: IpfsNodeConfig, env: Environment, isNew: boolean): NodeChoice {
  const { ipfsNode: node = ipfsNode } = applyEnvironment({ ...baseConfig(), ipfsNode }, env)
  return { kind: 'embedded', node, isNew }
}

/** Several clusters may be followed on one machine, each with a node. */
async function onFreePorts(): Promise<IpfsNodeConfig> {
  await using ports = new FreePorts()
  const { ipfsNode: usual } = baseConfig()
  if (usual === undefined) throw new TypeError('the defaults have an IPFS node')
  return {
    ...usual,
    apiMultiaddress: await ports.replace(usual.apiMultiaddress),
    gatewayMultiaddress: await ports.replace(usual.gatewayMultiaddress),
    swarmMultiaddress: await ports.replaceAll(usual.swarmMultiaddress)
  }
}

/** The URL of the gateway of an embedded node. */
export function gatewayOf({ gatewayMultiaddress }: IpfsNodeConfig): string {
  const [, host = '', port = ''] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(gatewayMultiaddress) ?? []
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
