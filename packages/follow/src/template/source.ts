import { tryParseCid } from '@ipfs-cluster/api'

/** Where Kubo's gateway listens unless it is told otherwise. */
export const DEFAULT_GATEWAY = '127.0.0.1:8080'

/** libp2p-key, the codec of the CIDs of IPNS names. */
const LIBP2P_KEY = 0x72

/** How IPNS names begin that are written as the peer ID of an Ed25519 key. */
const PEER_ID = '12D3Koo'

/** Where a configuration is fetched from. */
export interface Source {
  readonly url: string
  /** What is assumed of it, for the user; absent for a URL. */
  readonly notice?: string
}

/**
 * Reads what a user gives as the place of a configuration: a URL, `/ipfs/<cid>`, `/ipns/<name>`, `ipfs://<cid>`,
 * `ipns://<name>`, a CID, or else a DNSLink name. What is no URL is had from a gateway.
 *
 * @param gateway - host and port, or a URL
 */
export function readSource(given: string, gateway: string): Source {
  if (/^https?:\/\//.test(given)) return { url: given }
  const path = ipfsPath(given)
  const base = withScheme(gateway).replace(/\/+$/, '')
  if (path === undefined) {
    return {
      url: `${base}/ipns/${given}`,
      notice: notice(`${given} will be assumed to be an DNSLink-powered address: /ipns/${given}.`, gateway)
    }
  }
  return { url: base + path, notice: notice(`${given} will be read from IPFS: ${path}.`, gateway) }
}

/** The URL of a source as it stands in a service.json: the Go release leaves the scheme of a gateway away. */
export function withScheme(source: string): string {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(source) ? source : `http://${source}`
}

/** A source that is had from the default gateway of this machine, by another gateway. Others stay as they are. */
export function throughGateway(url: string, gateway: string): string {
  const base = `http://${DEFAULT_GATEWAY}`
  return /^\/ip[fn]s\//.test(url.slice(base.length)) && url.startsWith(base) ? gateway + url.slice(base.length) : url
}

function ipfsPath(given: string): string | undefined {
  const [, scheme, rest] = /^(ip[fn]s):\/\/(.+)$/.exec(given) ?? /^\/(ip[fn]s)\/(.+)$/.exec(given) ?? []
  if (scheme !== undefined && rest !== undefined) return `/${scheme}/${rest}`
  const [root = ''] = given.split('/', 1)
  if (root.startsWith(PEER_ID)) return `/ipns/${given}`
  const cid = tryParseCid(root)
  if (cid === undefined) return undefined
  return `/${cid.code === LIBP2P_KEY ? 'ipns' : 'ipfs'}/${given}`
}

function notice(assumption: string, gateway: string): string {
  return [
    assumption,
    `It will be resolved using the local IPFS daemon's gateway (${gateway}).`,
    'If this is not the case, specify the full url starting with http:// or https://.',
    '(You can override the gateway URL by setting IPFS_GATEWAY)',
    '\n'
  ].join('\n')
}
