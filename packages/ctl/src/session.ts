import { clusterClient, failover, isPeerAddress, originOf, parseEndpoint } from '@ipfs-cluster/client'
import type { BasicAuth, ClusterClient, Endpoint, Transport } from '@ipfs-cluster/client'
import { socketTransport } from '@ipfs-cluster/client/socket'
import type { TlsTrust } from '@ipfs-cluster/client/socket'
import { ExitError } from '@ipfs-cluster/cli-kit'
import type { CommandContext, Io } from '@ipfs-cluster/cli-kit'
import { debugLog } from './debug.ts'
import type { DebugLog } from './debug.ts'
import type { Globals } from './globals.ts'
import { describeProxy, proxyFor } from './proxy.ts'
import { ENCODINGS } from './output/form.ts'
import type { Encoding } from './output/form.ts'

/** Where a peer is asked: at an HTTP endpoint, or over libp2p at the address of a peer. */
export type Host = Endpoint | PeerHost

interface PeerHost {
  readonly address: string
}

/** What the options before the command ask for, checked. */
export interface Settings {
  readonly encoding: Encoding
  readonly hosts: readonly Host[]
  /** Secret of the cluster, for hosts over libp2p. */
  readonly secret: Uint8Array | undefined
  readonly auth: BasicAuth | undefined
  /** Milliseconds; 0: no limit. */
  readonly timeout: number
  readonly rejectUnauthorized: boolean
  /** TLS is used only because there are credentials. */
  readonly impliesHttps: boolean
}

const SECRET_BYTES = 32
const IMPLIED_HTTPS = 'SSL automatically enabled with basic auth credentials. Set "force-http" to disable'

/**
 * Reads the options before the command.
 *
 * @throws ExitError for a value that cannot be used
 */
export function readSettings({ globals }: CommandContext<Globals>): Settings {
  const secret = parseSecret(globals.secret)
  const auth = parseCredentials(globals['basic-auth'])
  const impliesHttps = auth !== undefined && !globals.https && !globals['force-http']
  const tls = globals.https || impliesHttps
  return {
    encoding: parseEncoding(globals.encoding),
    hosts: globals.host.split(',').map((host) => parseHost(host, tls, secret)),
    secret: secret === '' ? undefined : Buffer.from(secret, 'hex'),
    auth,
    impliesHttps,
    timeout: Math.max(0, globals.timeout) * 1000,
    rejectUnauthorized: !globals['no-check-certificate']
  }
}

/** Makes the client that the settings ask for. Names are looked up here; nothing is connected yet. */
export async function openClient(settings: Settings, context: CommandContext<Globals>): Promise<ClusterClient> {
  const { auth, timeout, hosts } = settings
  if (hosts.some(isPeerHost)) await handOverIfNeeded(context)
  const log = debugLog(context.globals.debug ? context.stderr : undefined)
  log('debug level enabled')
  if (settings.impliesHttps) log(IMPLIED_HTTPS, 'WARN')
  const tls = { rejectUnauthorized: settings.rejectUnauthorized, ...(await trustedAuthorities(hosts, context)) }
  const [first, ...others] = await openTransports(settings, { tls, log, env: context.env })
  if (first === undefined) throw new ExitError('error creating API client: no host to ask')
  const init = { timeout, onRequest: (method: string, url: string) => log(`${method}: ${url}`) }
  return clusterClient(auth === undefined ? init : { ...init, auth })({
    transport: others.length === 0 ? first : tryInTurn([first, ...others], log)
  })
}

/** In the executable, which cannot run libp2p, the Node form goes on from here. */
async function handOverIfNeeded({ env }: Io): Promise<void> {
  const { handOver, isExecutable } = await import('./hand-over.ts')
  if (isExecutable()) handOver(env)
}

function tryInTurn(transports: readonly [Transport, ...Transport[]], log: DebugLog): Transport {
  const onExhausted = (attempts: number): void => {
    log(`reached maximum number of retries without success, retries: ${attempts}`, 'ERROR')
  }
  return failover(transports, { onExhausted })
}

interface Ways {
  readonly tls: TlsTrust
  readonly log: DebugLog
  readonly env: Io['env']
}

/** A way to each host, or several where its name stands for several addresses. */
async function openTransports(settings: Settings, { tls, log, env }: Ways): Promise<Transport[]> {
  const transports: Transport[] = []
  for (const host of settings.hosts) {
    if (isPeerHost(host)) {
      transports.push(await openPeerTransport(host, settings.secret))
      continue
    }
    for (const endpoint of await resolve(host)) {
      const proxy = await proxyFor(endpoint, env)
      if (proxy !== undefined) log(`${originOf(endpoint)} ${describeProxy(proxy)}`)
      transports.push(socketTransport({ endpoint, tls, ...(proxy && { proxy }) }))
    }
  }
  return transports
}

async function openPeerTransport({ address }: PeerHost, secret: Uint8Array | undefined): Promise<Transport> {
  // Loaded by who needs it: it takes longer than all the rest.
  const { libp2pTransport } = await import('@ipfs-cluster/client/libp2p')
  try {
    return libp2pTransport({ address, ...(secret && { secret }) })
  } catch (error) {
    throw ExitError.during('creating API client', error)
  }
}

function isPeerHost(host: Host): host is PeerHost {
  return 'address' in host
}

/** Every address that a name stands for is tried in turn; with TLS the name is kept, for the certificate to match. */
async function resolve(endpoint: Endpoint): Promise<readonly Endpoint[]> {
  if (!endpoint.isName || endpoint.scheme === 'https') return [endpoint]
  const { resolveEndpoint } = await import('./resolve.ts')
  return resolveEndpoint(endpoint)
}

/** The certificates that `SSL_CERT_FILE` names, as Go's programs honour it. */
async function trustedAuthorities(hosts: readonly Host[], { env }: Io): Promise<{ ca?: string }> {
  const file = env.SSL_CERT_FILE
  if (file === undefined || file === '' || !hosts.some((host) => !isPeerHost(host) && host.scheme === 'https'))
    return {}
  const { readFile } = await import('node:fs/promises')
  return { ca: await readFile(file, 'utf8').catch(() => '') }
}

function parseHost(host: string, tls: boolean, secret: string): Host {
  try {
    if (!isPeerAddress(host)) return parseEndpoint(host, { tls })
  } catch (error) {
    throw ExitError.during('parsing host multiaddress', error)
  }
  if (/^\/p2p\/[^/]+$/.test(host)) throw new ExitError('error creating API client: APIAddr only includes a Peer ID')
  if (secret !== '' && secret.length !== 2 * SECRET_BYTES) {
    throw new ExitError(`error creating API client: length of ProtectorKey should be ${SECRET_BYTES}`)
  }
  return { address: host }
}

function parseEncoding(word: string): Encoding {
  const encoding = ENCODINGS.find((known) => known === word)
  if (encoding === undefined) throw new ExitError('error : unsupported encoding')
  return encoding
}

function parseSecret(hex: string): string {
  const bad = /[^0-9a-fA-F]/u.exec(hex)?.[0]
  if (bad !== undefined) {
    const code = (bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    throw new ExitError(`error parsing secret: encoding/hex: invalid byte: U+${code} '${bad}'`)
  }
  if (hex.length % 2 === 1) throw new ExitError('error parsing secret: encoding/hex: odd length hex string')
  return hex
}

function parseCredentials(text: string): BasicAuth | undefined {
  const colon = text.indexOf(':')
  const username = colon < 0 ? text : text.slice(0, colon)
  if (username === '') return undefined
  return { username, password: colon < 0 ? '' : text.slice(colon + 1) }
}
