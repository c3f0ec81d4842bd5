import { KuboError } from '../../errors.ts'
import type { Lease } from '../../pins/leases.ts'
import type { Added, AddEntry, AddSettings } from '../../unixfs/add.ts'
import { addEntries } from '../../unixfs/add.ts'
import type { Command, RpcContext } from '../context.ts'
import { describePart } from '../multipart.ts'
import type { Options } from '../options.ts'
import { hashCode } from '../../dag/hashes.ts'
import { WriteWindow } from '../write-window.ts'
import { checkPinName } from './pin-name.ts'

const SHA2_256 = 0x12
const UNSUPPORTED = ['inline', 'nocopy', 'fscache', 'to-files'] as const

/** `add`: files and directories to UnixFS. Each top-level entry is a DAG of its own, and pinned by itself. */
export const add: Command = {
  file: 'path',
  options: {
    quiet: 'bool',
    quieter: 'bool',
    silent: 'bool',
    progress: 'bool',
    trickle: 'bool',
    t: '=trickle',
    'only-hash': 'bool',
    n: '=only-hash',
    'wrap-with-directory': 'bool',
    w: '=wrap-with-directory',
    chunker: 'string',
    s: '=chunker',
    'raw-leaves': 'bool',
    'max-file-links': 'int',
    nocopy: 'bool',
    fscache: 'bool',
    'cid-version': 'int',
    hash: 'string',
    inline: 'bool',
    'inline-limit': 'int',
    pin: 'bool',
    'pin-name': 'string',
    'to-files': 'string',
    'preserve-mode': 'bool',
    'preserve-mtime': 'bool',
    mode: 'int',
    mtime: 'int',
    'mtime-nsecs': 'int'
  },
  async run(context) {
    const settings = addSettings(context.options)
    let added = 0
    for await (const entries of topLevelEntries(context)) {
      await addOne(context, entries, settings)
      added++
    }
    if (added === 0) throw new KuboError('expected a file argument')
  }
}

interface Request {
  settings: AddSettings
  wrap: boolean
  onlyHash: boolean
  pin: boolean
  pinName: string
  progress: boolean
  silent: boolean
}

async function addOne(context: RpcContext, entries: AsyncIterable<AddEntry>, request: Request): Promise<void> {
  const { blocks, pins, leases } = context.node
  using lease: Lease = leases.take()
  const events = new AddEvents(context, request)
  const writes = new WriteWindow()
  let root: Added | undefined
  const all = addEntries(entries, request.wrap, {
    ...request.settings,
    put: (cid, bytes) => {
      const written = request.onlyHash ? Promise.resolve() : blocks.put(cid, bytes, lease)
      return { written, admitted: writes.add(written) }
    },
    onProgress: (path, bytes) => {
      if (request.progress) events.progress(path, bytes)
    }
  })
  for await (const one of all) {
    context.signal.throwIfAborted()
    if (root !== undefined) await events.added(root)
    root = one
  }
  if (root === undefined) return
  await writes.end()
  // The root is told only when it is safe: a client that has read it has the promise of the node.
  if (!request.onlyHash) await blocks.store.flush()
  if (request.pin) await pins.record(root.cid, 'recursive', request.pinName)
  await events.added(root)
}

/** Lines of the answer. Progress is told while a file is read, so it is kept until it can be written in order. */
class AddEvents {
  readonly #context: RpcContext
  readonly #silent: boolean
  #last: Promise<void> = Promise.resolve()

  constructor(context: RpcContext, { silent }: Request) {
    this.#context = context
    this.#silent = silent
  }

  progress(path: string, bytes: number): void {
    this.#last = this.#last.then(() => this.#context.reply.emit({ Name: path, Bytes: bytes }))
    this.#last.catch(() => {})
  }

  async added({ path, cid, size }: Added): Promise<void> {
    await this.#last
    if (this.#silent) return
    const hash = this.#context.encode(cid)
    await this.#context.reply.emit({ Name: path === UNNAMED ? hash : path, Hash: hash, Size: size.toString() })
  }
}

/** Stands for the empty name of a file that was sent without one: the importer asks for some name. */
const UNNAMED = '\0'

/**
 * The entries of the request in runs with the same first part of the path. Such a run is one directory; a file that is
 * not in a directory is a run of its own. All in one when they are to be wrapped.
 */
async function* topLevelEntries(context: RpcContext): AsyncGenerator<AsyncIterable<AddEntry>> {
  const wrap = context.options.bool('wrap-with-directory') === true
  const parts = readEntries(context)
  let next = await parts.next()
  while (next.done !== true) {
    const first = next.value
    const [top] = first.path.split('/', 1)
    const belongs = (entry: AddEntry): boolean =>
      wrap || (isWithin(first, top) && isWithin(entry, top) && entry.path.split('/', 1)[0] === top)
    yield (async function* () {
      yield first
      for (next = await parts.next(); next.done !== true && belongs(next.value); next = await parts.next())
        yield next.value
    })()
  }
}

function isWithin(entry: AddEntry, top: string | undefined): boolean {
  return entry.type === 'directory' || entry.path !== top
}

async function* readEntries(context: RpcContext): AsyncGenerator<AddEntry> {
  for await (const { headers, content } of context.files()) {
    const info = describePart(headers)
    yield { ...info, path: info.path === '' ? UNNAMED : info.path, content }
  }
}

function addSettings(options: Options): Request {
  for (const name of UNSUPPORTED) {
    if (options.has(name) && options.bool(name) !== false)
      throw new KuboError(`this node does not have the option ${name}`)
  }
  const hash = (options.string('hash') ?? '') || 'sha2-256'
  if (hashCode(hash) === undefined)
    throw new KuboError(`unrecognized hash function: ${JSON.stringify(hash.toLowerCase())}`)
  if (hashCode(hash) !== SHA2_256) throw new KuboError(`this node adds with sha2-256 only, not with ${hash}`)
  const onlyHash = options.bool('only-hash') === true
  const pin = !onlyHash && options.bool('pin') !== false
  const pinName = options.string('pin-name') ?? ''
  if (!pin && options.has('pin-name')) throw new KuboError('pin-name option requires pin to be set')
  checkPinName(pinName)
  return {
    settings: unixfsSettings(options),
    wrap: options.bool('wrap-with-directory') === true,
    onlyHash,
    pin,
    pinName,
    progress: options.bool('progress') === true,
    silent: options.bool('silent') === true
  }
}

function unixfsSettings(options: Options): AddSettings {
  const cidVersion = options.int('cid-version') ?? 0
  if (cidVersion !== 0 && cidVersion !== 1) throw new KuboError(`unknown CID version: ${cidVersion}`)
  const mtime = options.int('mtime')
  const nsecs = options.int('mtime-nsecs')
  if (nsecs !== undefined && mtime === undefined) {
    throw new KuboError('option "mtime-nsecs" requires "mtime" to be provided as well')
  }
  const preserveMode = options.bool('preserve-mode') === true
  const preserveMtime = options.bool('preserve-mtime') === true
  const hasMetadata = preserveMode || preserveMtime || options.has('mode') || mtime !== undefined
  if (hasMetadata && options.bool('raw-leaves') === true) {
    throw new KuboError("raw-leaves can't be used with UnixFS metadata like mode or modification time")
  }
  return {
    cidVersion,
    rawLeaves: hasMetadata ? false : (options.bool('raw-leaves') ?? cidVersion === 1),
    chunker: options.string('chunker') ?? '',
    trickle: options.bool('trickle') === true,
    maxFileLinks: options.int('max-file-links'),
    preserveMode,
    preserveMtime,
    mode: options.int('mode'),
    ...(mtime === undefined ? {} : { mtime: { secs: BigInt(mtime), ...(nsecs === undefined ? {} : { nsecs }) } })
  }
}
