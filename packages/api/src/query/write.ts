import type { AddParams } from '../add.ts'
import { cidToText } from '../cid-text.ts'
import type { PinOptions } from '../pin.ts'
import { encodeQuery } from './query.ts'

// What a client writes, apart from what a server reads, which has to know what CIDs and addresses are.

/** What stands before the key of an entry of the metadata. */
export const META_PREFIX = 'meta-'

/** Pin options as a URL query, sorted by name and escaped as the Go release does, without `?`. */
export function pinOptionsToQuery(options: PinOptions): string {
  return encodeQuery(pinOptionsToParams(options))
}

/** The parameters of {@link pinOptionsToQuery}, to which others may be added. */
export function pinOptionsToParams(options: PinOptions): Map<string, string> {
  const params = new Map([
    ['replication-min', String(options.replicationFactorMin)],
    ['replication-max', String(options.replicationFactorMax)],
    ['name', options.name],
    ['mode', options.mode],
    ['shard-size', String(options.shardSize)],
    ['user-allocations', (options.userAllocations ?? []).join(',')]
  ])
  if (!options.expireAt.isZero) params.set('expire-at', options.expireAt.toString())
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    if (key !== '') params.set(META_PREFIX + key, value)
  }
  if (options.pinUpdate !== null) params.set('pin-update', cidToText(options.pinUpdate))
  if (options.origins !== null && options.origins.length > 0) params.set('origins', options.origins.join(','))
  return params
}

/** Options of an add as a URL query, sorted by name and escaped as the Go release does, without `?`. */
export function addParamsToQuery(params: AddParams): string {
  const query = pinOptionsToParams(params)
  const flags: [string, boolean][] = [
    ['shard', params.shard],
    ['local', params.local],
    ['recursive', params.recursive],
    ['raw-leaves', params.rawLeaves],
    ['hidden', params.hidden],
    ['wrap-with-directory', params.wrap],
    ['progress', params.progress],
    ['stream-channels', params.streamChannels],
    ['nocopy', params.noCopy],
    ['no-pin', params.noPin]
  ]
  for (const [name, value] of flags) query.set(name, String(value))
  query
    .set('layout', params.layout)
    .set('chunker', params.chunker)
    .set('cid-version', String(params.cidVersion))
    .set('hash', params.hash)
    .set('format', params.format)
  return encodeQuery(query)
}
