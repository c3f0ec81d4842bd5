import type { CID } from 'multiformats/cid'

/**
 * A failure that a caller of the RPC is told of in Kubo's words: clients match the message.
 *
 * @example
 * throw new KuboError('not pinned or pinned indirectly')
 */
export class KuboError extends Error {
  /** Kubo's class of failure: 0 the command failed, 1 the request was wrong (HTTP 400). */
  readonly rpcCode: 0 | 1

  constructor(message: string, options: ErrorOptions & { rpcCode?: 0 | 1 } = {}) {
    super(message, options)
    this.name = 'KuboError'
    this.rpcCode = options.rpcCode ?? 0
  }
}

/** A block is not here and nobody can be asked for it. */
export class BlockNotFoundError extends KuboError {
  constructor(cid: CID, options: ErrorOptions = {}) {
    super(`block was not found locally (offline): ipld: could not find ${cid.toString()}`, options)
    this.name = 'BlockNotFoundError'
  }
}

/** A path names something that its parent does not have. */
export class NoLinkError extends KuboError {
  constructor(name: string, under: CID) {
    super(`no link named ${JSON.stringify(name)} under ${under.toString()}`)
    this.name = 'NoLinkError'
  }
}

/** What a user must change before the node can start. The message says what. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** The message of anything thrown. */
export function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}

/** The `code` of an error of the system or of a library, if it has one. */
export function codeOf(err: unknown): string | undefined {
  const code = (err as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
