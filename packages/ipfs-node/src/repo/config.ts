import {
  DEFAULT_API,
  DEFAULT_GATEWAY,
  DEFAULT_STORAGE_MAX,
  DEFAULT_SWARM_LOOPBACK,
  DEFAULT_SWARM_ONLINE
} from '../defaults.ts'
import { KuboError } from '../errors.ts'

/**
 * With whom the node talks. `offline`: with nobody. `loopback`: with nodes on this machine, which must be connected by
 * hand. `online`: with the public IPFS network.
 */
export type Profile = 'offline' | 'loopback' | 'online'

export const PROFILES: readonly Profile[] = ['offline', 'loopback', 'online']

/** The file `config` of a repo; keys as in Kubo where the meaning is the same. */
export interface NodeConfig {
  Identity: { PeerID: string; PrivKey: string }
  Addresses: { API: string; Gateway: string; Swarm: string[] }
  Datastore: { StorageMax: string }
  /** Nodes that an online node connects to when it starts. */
  Bootstrap: string[]
  Profile: Profile
  [key: string]: unknown
}

/** Nodes of the public network that know others. */
const PUBLIC_BOOTSTRAP = [
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN',
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb',
  '/ip4/104.131.131.82/tcp/4001/p2p/QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ'
]

/** The configuration of a new repo. */
export function newConfig(identity: NodeConfig['Identity'], profile: Profile): NodeConfig {
  const swarm = { offline: [], loopback: DEFAULT_SWARM_LOOPBACK, online: DEFAULT_SWARM_ONLINE }
  return {
    Identity: identity,
    Addresses: { API: DEFAULT_API, Gateway: DEFAULT_GATEWAY, Swarm: [...swarm[profile]] },
    Datastore: { StorageMax: DEFAULT_STORAGE_MAX },
    Bootstrap: profile === 'online' ? PUBLIC_BOOTSTRAP : [],
    Profile: profile
  }
}

/** Value at a dotted key. @throws KuboError in Kubo's words */
export function getKey(config: Record<string, unknown>, key: string): unknown {
  let current: unknown = config
  const parts = key.split('.')
  for (const [i, part] of parts.entries()) {
    if (current === null || typeof current !== 'object') {
      throw new KuboError(`failed to get config value: "${parts.slice(0, i).join('.')} key is not a map"`)
    }
    if (!Object.hasOwn(current, part)) {
      throw new KuboError(`failed to get config value: "${parts.slice(0, i + 1).join('.')} not found"`)
    }
    current = (current as Record<string, unknown>)[part]
  }
  return current
}

/** Sets the value at a dotted key, making what lies between. */
export function setKey(config: Record<string, unknown>, key: string, value: unknown): void {
  const parts = key.split('.')
  const last = parts.pop() ?? ''
  let current = config
  for (const part of parts) {
    const next = Object.hasOwn(current, part) ? current[part] : (current[part] = {})
    if (next === null || typeof next !== 'object') throw new KuboError(`${part} key is not a map`)
    current = next as Record<string, unknown>
  }
  // Own property whatever its name, so that no key reaches the prototype.
  Object.defineProperty(current, last, { value, writable: true, enumerable: true, configurable: true })
}

/** @throws KuboError when the value is not a whole configuration */
export function checkConfig(value: unknown): NodeConfig {
  const config = value as Partial<NodeConfig> | null
  if (typeof config?.Identity?.PrivKey === 'string' && typeof config.Addresses?.API === 'string')
    return config as NodeConfig
  throw new KuboError('the config must have Identity and Addresses')
}

const SIZE_UNITS = ['b', 'k', 'm', 'g', 't', 'p']

/** Bytes of a size such as `10GB` (powers of 1000) or `10GiB` (powers of 1024), as Kubo reads it. */
export function parseSize(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([bkmgtp]?)(i?)b?\s*$/i.exec(text)
  if (match === null) throw new KuboError(`cannot read the size ${JSON.stringify(text)}: write it like 10GB`)
  const [, number, unit = '', binary] = match
  const power = unit === '' ? 0 : SIZE_UNITS.indexOf(unit.toLowerCase())
  return Math.floor(Number(number) * (binary === '' ? 1000 : 1024) ** power)
}
