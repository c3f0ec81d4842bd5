import { base16 } from 'multiformats/bases/base16'
import { base32, base32upper } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64, base64url } from 'multiformats/bases/base64'
import type { MultibaseEncoder } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { ReadOptions } from '../dag/blocks.ts'
import { KuboError } from '../errors.ts'
import type { NodeParts } from '../parts.ts'
import type { Part } from './multipart.ts'
import type { Options, OptionSpecs } from './options.ts'
import type { Reply } from './reply.ts'

/** One request to the RPC, as a command sees it. */
export interface RpcContext {
  node: NodeParts
  args: string[]
  options: Options
  /** Files of the body, as they arrive. */
  files: () => AsyncIterable<Part>
  reply: Reply
  /** Aborted when the client goes away, or its `timeout` has passed. */
  signal: AbortSignal
  /** What reads of blocks are called with: the signal, and whether other nodes may be asked. */
  read: ReadOptions
  /** Writes a CID as the client wants it. */
  encode: (cid: CID) => string
}

/** A command of the RPC. */
export interface Command {
  options?: OptionSpecs
  /** Name and least number of its arguments. */
  args?: { name: string; min: number; max?: number }
  /** Name of the argument that comes as the body of the request. */
  file?: string
  run(context: RpcContext): Promise<void>
}

/** Options that every command takes. */
export const GLOBAL_OPTIONS: OptionSpecs = {
  offline: 'bool',
  timeout: 'string',
  'cid-base': 'string',
  'upgrade-cidv0-in-output': 'bool'
}

const BASES: Record<string, MultibaseEncoder<string>> = {
  base16,
  base32,
  base32upper,
  base36,
  base58btc,
  base64,
  base64url
}

/** The function that writes CIDs, by the options `cid-base` and `upgrade-cidv0-in-output`. */
export function cidEncoder(options: Options): (cid: CID) => string {
  const name = options.string('cid-base')
  if (name === undefined || name === '') {
    return options.bool('upgrade-cidv0-in-output') === true ? (cid) => cid.toV1().toString() : (cid) => cid.toString()
  }
  const base = BASES[name]
  if (base === undefined) throw new KuboError(`Unsupported multibase encoding: ${name}`)
  const upgrade = options.bool('upgrade-cidv0-in-output') ?? name !== 'base58btc'
  return (cid) => (cid.version === 0 && !upgrade ? cid.toString() : cid.toV1().toString(base))
}

const UNITS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of a Go duration such as `1m30s`; a bare number is milliseconds, as some clients send it. */
export function parseTimeout(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) {
    throw new KuboError(`time: invalid duration ${JSON.stringify(text)}`, { rpcCode: 1 })
  }
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * (UNITS[unit ?? ''] ?? 0), 0)
}
