import {
  addParamsFromQuery,
  ClusterError,
  parseCid,
  parsePeerId,
  parsePinTypeFilter,
  parseStatusFilter,
  pinOptionsFromQuery,
  STATUS_FILTER_WORDS
} from '@ipfs-cluster/api'
import type { AddParams, PeerId, PinOptions, StatusFilter } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import type { CID } from 'multiformats/cid'
import type { Parameter, PathParameter, QueryGroup } from '../common/route.ts'

export const cidParameter: PathParameter<CID> = {
  type: 'cid',
  doc: 'A CID of either version, in any base',
  read: readCid
}

export const peerParameter: PathParameter<PeerId> = {
  type: 'peer-id',
  doc: 'ID of a peer',
  read: (text) => refuse('error decoding Peer ID', () => parsePeerId(text))
}

export const metricNameParameter: PathParameter<string> = {
  type: 'string',
  doc: 'Name of a metric, e.g. `freespace` or `tag:group`',
  read: (text) => text
}

export const namespaceParameter: PathParameter<string> = {
  type: 'string',
  doc: 'Namespace of the path',
  words: ['ipfs', 'ipns', 'ipld'],
  read: (text) => text
}

export const pathParameter: PathParameter<string> = {
  type: 'string',
  doc: 'The rest of the path: a CID or name, and what is to be found below it',
  read: (text) => text
}

/** Only the exact text `true` counts. */
export const localFlag: QueryGroup<boolean> = {
  parameters: [
    { name: 'local', type: 'boolean', default: false, doc: 'Ask this peer alone; only the text `true` counts' }
  ],
  read: (query) => query.get('local') === 'true'
}

/** What the Go release has not; as with `local`, only the text `true` counts. */
export const explainFlag: QueryGroup<boolean> = {
  parameters: [
    {
      name: 'explain',
      type: 'boolean',
      default: false,
      doc: 'Say on each peer why the pin is as it is, and why these peers were chosen; asks all peers'
    }
  ],
  read: (query) => query.get('explain') === 'true'
}

/** Which items of the pinset to tell the status of. */
export type StatusSelection = { readonly cids: readonly CID[] } | { readonly filter: StatusFilter }

/** CIDs that are named win over a filter, which is then not even looked at. */
export const statusSelection: QueryGroup<StatusSelection> = {
  parameters: [
    {
      name: 'filter',
      type: 'string',
      list: true,
      words: STATUS_FILTER_WORDS,
      doc: 'Only items that a peer reports in one of these states'
    },
    { name: 'cids', type: 'cid', list: true, doc: 'Ask for these CIDs alone; the filter is then ignored' }
  ],
  read: (query) => {
    const cids = query.get('cids') ?? ''
    if (cids !== '') return { cids: cids.split(',').map(readCid) }
    return { filter: parseStatusFilter(query.get('filter') ?? '') }
  }
}

export const pinTypeFilter: QueryGroup<number> = {
  parameters: [
    {
      name: 'filter',
      type: 'string',
      list: true,
      words: ['pin', 'meta-pin', 'clusterdag-pin', 'shard-pin', 'all'],
      default: 'all',
      doc: 'Only pins of these types'
    }
  ],
  read: (query) => parsePinTypeFilter(query.get('filter') ?? '')
}

const pinOptionParameters: readonly Parameter[] = [
  { name: 'name', type: 'string', doc: 'Free text to find the pin by' },
  {
    name: 'mode',
    type: 'string',
    words: ['recursive', 'direct'],
    default: 'recursive',
    doc: 'The whole DAG, or its root block alone'
  },
  { name: 'replication', type: 'integer', doc: 'Sets replication-min and replication-max, overriding both' },
  {
    name: 'replication-min',
    type: 'integer',
    default: 0,
    doc: 'Fewest copies; -1: every peer, 0: as the peer is configured'
  },
  {
    name: 'replication-max',
    type: 'integer',
    default: 0,
    doc: 'Most copies; -1: every peer, 0: as the peer is configured'
  },
  { name: 'shard-size', type: 'integer', default: 0, doc: 'Largest shard in bytes' },
  { name: 'user-allocations', type: 'peer-id', list: true, doc: 'Peers to prefer; what is no peer ID is dropped' },
  { name: 'expire-at', type: 'time', doc: 'When the pin is to be removed, in RFC 3339' },
  { name: 'expire-in', type: 'duration', doc: 'After what time the pin is to be removed, e.g. `24h`; at least `1s`' },
  { name: 'meta-<key>', type: 'string', doc: 'A metadata entry' },
  { name: 'pin-update', type: 'cid', doc: 'Take over options and allocations of that pin' },
  {
    name: 'origins',
    type: 'multiaddr',
    list: true,
    doc: 'Where the content can be had; each address ends in a peer ID'
  }
]

export const pinOptions: QueryGroup<PinOptions> = { parameters: pinOptionParameters, read: pinOptionsFromQuery }

/** On routes that do nothing with them the Go release reads them all the same, and refuses bad ones. */
export const checkedPinOptions: QueryGroup<PinOptions> = { parameters: [], read: pinOptionsFromQuery }

export const addParams: QueryGroup<AddParams> = {
  parameters: [
    ...pinOptionParameters.filter(({ name }) => name !== 'mode' && name !== 'pin-update'),
    {
      name: 'stream-channels',
      type: 'boolean',
      default: true,
      doc: 'Send objects as they are added, rather than one list at the end'
    },
    {
      name: 'format',
      type: 'string',
      words: ['unixfs', 'car'],
      default: 'unixfs',
      doc: 'What is sent: files, or a CAR of blocks'
    },
    {
      name: 'layout',
      type: 'string',
      words: ['balanced', 'trickle'],
      default: 'balanced',
      doc: 'Shape of the DAG of a file'
    },
    {
      name: 'chunker',
      type: 'string',
      default: 'size-262144',
      doc: '`size-N`, `rabin[-avg]`, `rabin-min-avg-max` or `buzhash`'
    },
    { name: 'hash', type: 'string', default: 'sha2-256', doc: 'Name of a multihash function' },
    { name: 'cid-version', type: 'integer', default: 0, doc: '0 or 1; 1 turns raw leaves on' },
    { name: 'raw-leaves', type: 'boolean', default: false, doc: 'Leaves of files without UnixFS wrapping' },
    { name: 'wrap-with-directory', type: 'boolean', default: false, doc: 'Put a folder around all that is sent' },
    { name: 'recursive', type: 'boolean', default: false, doc: 'Accepted; the client decides what it sends' },
    { name: 'hidden', type: 'boolean', default: false, doc: 'Accepted; the client decides what it sends' },
    { name: 'progress', type: 'boolean', default: false, doc: 'Send objects that tell how many bytes have been read' },
    { name: 'local', type: 'boolean', default: false, doc: 'Send blocks to this peer only, and make it an allocation' },
    { name: 'shard', type: 'boolean', default: false, doc: 'Spread the DAG over several peers' },
    {
      name: 'nocopy',
      type: 'boolean',
      default: false,
      doc: 'Ask for the `Abspath` of each file; its blocks are stored all the same'
    },
    { name: 'no-pin', type: 'boolean', default: false, doc: 'Store the blocks, pin nothing' }
  ],
  read: addParamsFromQuery
}

function readCid(text: string): CID {
  return refuse('error decoding Cid', () => parseCid(text))
}

/** Runs a parser and puts the words of the Go release in front of its complaint. */
export function refuse<T>(complaint: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new ClusterError('ERR_BAD_REQUEST', `${complaint}: ${messageOf(cause)}`, { cause })
  }
}
