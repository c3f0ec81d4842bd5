import { ClusterError } from '@ipfs-cluster/api'

/** Where a fault stands, and what would be right. */
export interface ConfigFault {
  /** The keys that lead to the value; empty when the whole document is meant. */
  path: readonly string[]
  /** The value as it stands in the file; undefined when it is absent or must not be shown. */
  found?: string
  /** What may stand there. */
  allowed?: string
}

/**
 * A configuration that cannot be used. The message is the one of the Go release; {@link ConfigError.hint} says where to
 * look and what to write.
 */
export class ConfigError extends ClusterError {
  readonly fault: ConfigFault
  /** File or URL of the document, once it is known. */
  file: string | undefined
  /** Line of the value in the document, counted from 1, once it is known. */
  line: number | undefined

  constructor(message: string, fault: ConfigFault = { path: [] }, options?: ErrorOptions) {
    super('ERR_CONFIG', message, options)
    this.fault = fault
  }

  /** `service.json:14: cluster.secret is "abc"; allowed: ...`, or nothing when all that is known is the message. */
  get hint(): string {
    const { path, found, allowed } = this.fault
    const place = [this.file, this.line].filter((part) => part !== undefined).join(':')
    const key = path.join('.')
    const what = key === '' ? (found ?? '') : found === undefined ? key : `${key} is ${found}`
    const hint = [place, what].filter((part) => part !== '').join(': ')
    return [hint, allowed === undefined ? '' : `allowed: ${allowed}`].filter((part) => part !== '').join('; ')
  }
}

/** Names the document in what `read` finds wrong with it. */
export function withFile<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (err) {
    if (err instanceof ConfigError) err.file = file
    throw err
  }
}
