import type { AddParams } from '../add.ts'
import { ClusterError } from '../errors.ts'
import { defaultPinOptions } from '../pin-defaults.ts'
import { pinOptionsFromQuery, pinOptionsToParams } from './pin-options.ts'
import { encodeQuery, getBoolean, getInteger, getText } from './query.ts'
import type { QueryParams } from './query.ts'

/** Bytes per shard that clients of the Go release ask for: 100 MiB. */
export const DEFAULT_SHARD_SIZE = 100 * 1024 * 1024

/** How content is added when nothing is asked for. */
export function defaultAddParams(): AddParams {
  return {
    ...defaultPinOptions(),
    shardSize: DEFAULT_SHARD_SIZE,
    metadata: {},
    local: false,
    recursive: false,
    hidden: false,
    wrap: false,
    shard: false,
    streamChannels: true,
    format: 'unixfs',
    noPin: false,
    layout: 'balanced',
    chunker: 'size-262144',
    rawLeaves: false,
    progress: false,
    cidVersion: 0,
    hash: 'sha2-256',
    noCopy: false
  }
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

/**
 * Reads the options of an add from the parameters of a URL. An added pin is recursive and updates no other, whatever
 * is asked; raw leaves follow from the CID version unless they are named.
 *
 * @throws ClusterError `ERR_BAD_REQUEST` with the words of the Go release
 */
export function addParamsFromQuery(query: QueryParams): AddParams {
  const defaults = defaultAddParams()
  const pinOptions = pinOptionsFromQuery(query)
  const layout = readWord(query, 'layout', ['balanced', 'trickle'], defaults.layout)
  const format = readWord(query, 'format', ['unixfs', 'car'], defaults.format)
  const flag = (name: string, absent: boolean): boolean => getBoolean(query, name, absent)
  const cidVersion = getInteger(query, 'cid-version', defaults.cidVersion)
  return {
    ...pinOptions,
    mode: 'recursive',
    pinUpdate: null,
    local: flag('local', defaults.local),
    recursive: flag('recursive', defaults.recursive),
    hidden: flag('hidden', defaults.hidden),
    wrap: flag('wrap-with-directory', defaults.wrap),
    shard: flag('shard', defaults.shard),
    streamChannels: flag('stream-channels', defaults.streamChannels),
    format,
    noPin: flag('no-pin', defaults.noPin),
    layout,
    chunker: getText(query, 'chunker') || defaults.chunker,
    rawLeaves: flag('raw-leaves', cidVersion > 0),
    progress: flag('progress', defaults.progress),
    cidVersion,
    hash: getText(query, 'hash') || defaults.hash,
    noCopy: flag('nocopy', defaults.noCopy)
  }
}

function readWord<T extends string>(query: QueryParams, name: string, words: readonly T[], absent: T): T {
  const text = getText(query, name)
  if (text === '') return absent
  const word = words.find((candidate) => candidate === text)
  if (word === undefined) throw new ClusterError('ERR_BAD_REQUEST', `${name} parameter is invalid`)
  return word
}
