import { cidToText, ClusterError, quote, tryParseCid } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import { document } from '../../common/answer.ts'
import type { Answer } from '../../common/answer.ts'
import { STREAM_CHUNK } from '../../common/defaults.ts'
import type { QueryGroup, Route } from '../../common/route.ts'
import { commandRoutes, readPath } from '../route.ts'
import type { ProxyContext } from '../route.ts'

const TYPES = ['all', 'recursive', 'direct', 'indirect'] as const

/** Which pins to list, and how. */
interface Listing {
  readonly type: (typeof TYPES)[number]
  readonly isStream: boolean
  /** Whether names are told. */
  readonly hasNames: boolean
  /** Only pins whose name has this in it; empty: all. */
  readonly name: string
}

const listing: QueryGroup<Listing> = {
  parameters: [
    { name: 'type', type: 'string', words: TYPES, default: 'all', doc: 'Kind of pins; a cluster has no indirect ones' },
    { name: 'stream', type: 'boolean', default: false, doc: 'A line for each pin; also `s`' },
    { name: 'names', type: 'boolean', default: false, doc: 'Tell the names of pins' },
    { name: 'name', type: 'string', doc: 'Only pins that have this in their name' }
  ],
  read: (query) => {
    const text = query.get('type') || 'all'
    const type = TYPES.find((word) => word === text)
    if (type === undefined) {
      const message = `invalid type '${text}', must be one of {direct, indirect, recursive, all}`
      throw new ClusterError('ERR_BAD_REQUEST', message)
    }
    const name = query.get('name') ?? ''
    return {
      type,
      isStream: query.get('stream') === 'true' || query.get('s') === 'true',
      hasNames: query.get('names') === 'true' || name !== '',
      name
    }
  }
}

/** The list of pins: those of the cluster, whatever the state of pinning. */
export const pinLsRoutes: readonly Route<ProxyContext>[] = commandRoutes({
  name: 'pinLs',
  path: '/api/v0/pin/ls',
  summary: 'Lists the pins of the cluster, whether or not they are pinned yet',
  type: 'PinList',
  options: listing,
  handle: ({ cluster }, { arg, options }, signal) =>
    arg === '' ? list(cluster, options, signal) : listOne(cluster, arg, options, signal)
})

async function listOne(
  cluster: ProxyContext['cluster'],
  arg: string,
  options: Listing,
  signal: AbortSignal
): Promise<Answer> {
  const pin = await find(cluster, await readArgument(cluster, arg, signal), signal)
  if (pin === undefined || !isListed(pin, options)) {
    throw new ClusterError('ERR_NOT_PINNED', `Error: path '${arg}' is not pinned`)
  }
  return document(options.isStream ? pinObject(pin, options) : `{"Keys":{${pinMember(pin, options)}}}`)
}

async function readArgument(cluster: ProxyContext['cluster'], arg: string, signal: AbortSignal): Promise<CID> {
  const cid = tryParseCid(arg)
  if (cid !== undefined) return cid
  if (!arg.includes('/')) throw new ClusterError('ERR_BAD_CID', 'invalid cid: selected encoding not supported')
  return cluster.resolve(readPath(arg, 'Error parsing IPFS Path'), { signal })
}

async function find(cluster: ProxyContext['cluster'], cid: CID, signal: AbortSignal): Promise<Pin | undefined> {
  try {
    return await cluster.pinGet(cid, { signal })
  } catch (err) {
    if (err instanceof ClusterError && err.code === 'ERR_NOT_PINNED') return undefined
    throw err
  }
}

async function list(cluster: ProxyContext['cluster'], options: Listing, signal: AbortSignal): Promise<Answer> {
  const pins = cluster.pins({ signal })
  if (options.isStream) return { kind: 'lines', status: 200, eager: true, lines: pinLines(pins, options) }
  return wholeOrChunks(keysMap(pins, options))
}

/** One document, which is streamed only when it is large: then its end cannot be known from its length. */
async function wholeOrChunks(texts: AsyncGenerator<string, void, undefined>): Promise<Answer> {
  let start = ''
  for (;;) {
    const next = await texts.next()
    if (next.done === true) return document(start)
    start += next.value
    if (start.length > STREAM_CHUNK) break
  }
  return { kind: 'lines', status: 200, eager: true, breakOff: true, lines: followedBy(start, texts) }
}

async function* followedBy(start: string, texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  yield start
  yield* texts
  yield '\n'
}

async function* pinLines(pins: AsyncIterable<Pin>, options: Listing): AsyncGenerator<string, void, undefined> {
  for await (const pin of pins) if (isListed(pin, options)) yield `${pinObject(pin, options)}\n`
}

async function* keysMap(pins: AsyncIterable<Pin>, options: Listing): AsyncGenerator<string, void, undefined> {
  yield '{"Keys":{'
  let separator = ''
  for await (const pin of pins) {
    if (!isListed(pin, options)) continue
    yield separator + pinMember(pin, options)
    separator = ','
  }
  yield '}}'
}

function isListed({ mode, name }: Pin, options: Listing): boolean {
  return (options.type === 'all' || options.type === mode) && name.includes(options.name)
}

function pinObject(pin: Pin, options: Listing): string {
  return `{"Cid":"${cidToText(pin.cid)}",${nameOf(pin, options)}"Type":"${pin.mode}"}`
}

function pinMember(pin: Pin, options: Listing): string {
  return `"${cidToText(pin.cid)}":{${nameOf(pin, options)}"Type":"${pin.mode}"}`
}

function nameOf({ name }: Pin, { hasNames }: Listing): string {
  return hasNames && name !== '' ? `"Name":${quote(name)},` : ''
}
