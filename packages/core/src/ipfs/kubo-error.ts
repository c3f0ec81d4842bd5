import { ClusterError, tryParseCid } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { Endpoint } from './endpoint.ts'

/** Most characters of an answer that is not what it should be which are shown in a message. */
const SHOWN_CHARACTERS = 512

const NOT_PINNED: readonly string[] = ['not pinned or pinned indirectly', 'pin is not part of the pinset']

/** The IPFS node answered, and its answer is an error. */
export class KuboError extends ClusterError {
  /** The node's own words. */
  readonly kuboMessage: string

  /** @param path - path of the call below `/api/v0/`, with its query */
  constructor(path: string, status: number, kuboMessage: string) {
    super('ERR_IPFS', `IPFS error (${path}). Code: ${status}. Message: ${kuboMessage}`)
    this.kuboMessage = kuboMessage
  }

  /** Whether the node says that there is no such pin. A cluster in the place of a node has words of its own for it. */
  get isNotPinned(): boolean {
    return isNotPinned(this.kuboMessage)
  }
}

/** Whether an answer with a status other than 200 says no more than that. */
export function saysNotPinned(body: Uint8Array): boolean {
  return isNotPinned(messageIn(textOf(body)) ?? '')
}

function isNotPinned(message: string): boolean {
  return message.endsWith('not pinned') || NOT_PINNED.includes(message)
}

/**
 * Whether it is the node that was away, or going, so that nothing is said of what it was asked for. A node that is
 * told to stop cancels the calls that nobody else has cancelled.
 */
export function isNodeAway(error: unknown): boolean {
  if (error instanceof KuboError) return error.kuboMessage.endsWith('context canceled')
  return error instanceof ClusterError && error.code === 'ERR_IPFS_UNAVAILABLE'
}

/** The error for an answer with a status other than 200. */
export function refusal(path: string, status: number, body: Uint8Array): ClusterError {
  const text = textOf(body)
  const message = messageIn(text)
  if (message !== undefined) return new KuboError(path, status, message)
  const told = text.slice(0, SHOWN_CHARACTERS)
  return new ClusterError('ERR_IPFS', `IPFS request failed (is it running?) (${path}). Code ${status}: ${told}`)
}

/** The error for an answer that breaks off or is not JSON of the expected shape. */
export function malformed(path: string, what: string): ClusterError {
  const told = what.slice(0, SHOWN_CHARACTERS)
  return new ClusterError('ERR_IPFS', `IPFS answered ${path} with something that is not understood: ${told}`)
}

/** A CID that a node answered with; what is none, or absent, is an error of the node. */
export function answeredCid(path: string, text: string | undefined): CID {
  const cid = tryParseCid(text ?? '')
  if (cid === undefined) throw malformed(path, `${text ?? 'nothing'} where a CID should be`)
  return cid
}

/** The error for a node that could not be reached, or went away while it answered; worded as Go words it. */
export function unavailable(path: string, endpoint: Endpoint, cause: unknown): ClusterError {
  const message = `Post "${endpoint.apiUrl}/${path}": ${connectReason(cause, endpoint)}`
  return new ClusterError('ERR_IPFS_UNAVAILABLE', message, { cause })
}

const CONNECT_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ENOENT: 'connect: no such file or directory',
  EACCES: 'connect: permission denied',
  ETIMEDOUT: 'i/o timeout',
  UND_ERR_CONNECT_TIMEOUT: 'i/o timeout'
}

/** What is read of the errors of Node and undici, whatever realm their class is of. */
interface SystemError {
  code?: string
  message?: string
  /** Where several addresses were tried, each has an error of its own. */
  errors?: SystemError[]
}

/** Why a node could not be reached, or went away; worded as Go words it. */
export function connectReason(cause: unknown, endpoint: Endpoint): string {
  const outer = (cause ?? {}) as SystemError
  const { code = '', message = String(cause) } = outer.errors?.[0] ?? outer
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `dial tcp: lookup ${new URL(endpoint.origin).hostname}: no such host`
  }
  const connect = CONNECT_REASONS[code]
  if (connect !== undefined) return `dial ${endpoint.dial}: ${connect}`
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'connection reset by peer'
  return code === 'UND_ERR_SOCKET' ? 'unexpected EOF' : message
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}

function messageIn(text: string): string | undefined {
  try {
    const { Message } = JSON.parse(text) as { Message?: unknown }
    return typeof Message === 'string' ? Message : undefined
  } catch {
    return undefined
  }
}
