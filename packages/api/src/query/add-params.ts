import { defaultAddParams } from '../add-defaults.ts'
import type { AddParams } from '../add.ts'
import { ClusterError } from '../errors.ts'
import { pinOptionsFromQuery } from './pin-options.ts'
import { getBoolean, getInteger, getText } from './query.ts'
import type { QueryParams } from './query.ts'

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
