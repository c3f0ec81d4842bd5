import type { CID } from 'multiformats/cid'
import { resolveBlock } from '../../dag/path.ts'
import { walk } from '../../dag/walk.ts'
import { KuboError, messageOf } from '../../errors.ts'
import { describeHolder } from '../../pins/holders.ts'
import type { PinType } from '../../pins/holders.ts'
import type { Command, RpcContext } from '../context.ts'
import { checkPinName } from './pin-name.ts'

/** Kubo tells of progress twice a second. */
const PROGRESS_MS = 500

/** `pin/add` */
export const pinAdd: Command = {
  args: { name: 'ipfs-path', min: 1 },
  options: { recursive: 'bool', r: '=recursive', name: 'string', n: '=name', progress: 'bool' },
  async run(context) {
    const { options, reply } = context
    checkPinName(options.string('name') ?? '')
    if (options.bool('progress') !== true) {
      await reply.once({ Pins: await pinAll(context, () => {}) })
      return
    }
    let blocks = 0
    const timer = setInterval(() => void reply.emit({ Progress: blocks }).catch(() => {}), PROGRESS_MS)
    try {
      const pins = await pinAll(context, () => blocks++)
      if (blocks > 0) await reply.emit({ Progress: blocks })
      await reply.emit({ Pins: pins })
    } finally {
      clearInterval(timer)
    }
  }
}

/** `pin/rm` */
export const pinRm: Command = {
  args: { name: 'ipfs-path', min: 1 },
  options: { recursive: 'bool', r: '=recursive' },
  async run({ node, args, options, read, reply, encode }) {
    const removed: string[] = []
    for (const path of args) {
      const cid = await resolveBlock(node.blocks, path, read)
      await node.pins.remove(cid, { recursive: options.bool('recursive') !== false })
      removed.push(encode(cid))
    }
    await reply.once({ Pins: removed })
  }
}

/** `pin/update` */
export const pinUpdate: Command = {
  args: { name: 'from-path', min: 2, max: 2 },
  options: { unpin: 'bool' },
  async run({ node, args: [from = '', to = ''], options, read, reply, encode }) {
    const old = await resolveBlock(node.blocks, from, read)
    const fresh = await resolveBlock(node.blocks, to, read)
    await node.pins.update(old, fresh, { ...read, unpin: options.bool('unpin') !== false })
    await reply.once({ Pins: [encode(old), encode(fresh)] })
  }
}

/** `pin/ls` */
export const pinLs: Command = {
  args: { name: 'ipfs-path', min: 0 },
  options: {
    type: 'string',
    t: '=type',
    quiet: 'bool',
    q: '=quiet',
    name: 'string',
    n: '=name',
    stream: 'bool',
    s: '=stream',
    names: 'bool'
  },
  async run(context) {
    const { args, options, reply } = context
    const type = options.string('type') ?? 'all'
    checkPinName(options.string('name') ?? '')
    if (!isPinType(type)) {
      throw new KuboError(`invalid type '${type}', must be one of {direct, indirect, recursive, all}`)
    }
    const listed = args.length > 0 ? pinsOf(context, type) : allPins(context, type)
    if (options.bool('stream') === true) {
      for await (const { Cid, Name, Type } of listed) await reply.emit({ Cid, ...(Name === '' ? {} : { Name }), Type })
      return
    }
    await reply.document(keysDocument(listed))
  }
}

/** `pin/verify`: recursive pins of which something is missing. */
export const pinVerify: Command = {
  options: { verbose: 'bool', quiet: 'bool', q: '=quiet' },
  async run({ node, options, read, reply, encode }) {
    const verbose = options.bool('verbose') === true
    const quiet = options.bool('quiet') === true
    if (verbose && quiet) throw new KuboError('the --verbose and --quiet options can not be used at the same time')
    for await (const { cid } of node.pins.list('recursive')) {
      read.signal?.throwIfAborted()
      const bad: { Cid: string; Err: string }[] = []
      const onMissing = (missing: CID, err: unknown): void =>
        void bad.push({ Cid: encode(missing), Err: messageOf(err) })
      await walk(node.blocks, cid, { signal: read.signal, offline: true, onMissing })
      if (bad.length > 0) await reply.emit({ Cid: encode(cid), ...(quiet ? {} : { BadNodes: bad }) })
      else if (verbose) await reply.emit({ Cid: encode(cid), Ok: true })
    }
  }
}

interface ListedPin {
  Cid: string
  Name: string
  Type: string
}

async function pinAll(context: RpcContext, onBlock: () => void): Promise<string[]> {
  const { node, args, options, read, encode } = context
  const mode = options.bool('recursive') === false ? 'direct' : 'recursive'
  const pinned: string[] = []
  for (const path of args) {
    const cid = await resolveBlock(node.blocks, path, read)
    try {
      await node.pins.add(cid, mode, { ...read, name: options.string('name'), onProgress: onBlock })
      pinned.push(encode(cid))
    } catch (err) {
      throw new KuboError(`pin: ${messageOf(err)}`, { cause: err })
    }
  }
  return pinned
}

async function* pinsOf(context: RpcContext, type: PinType): AsyncGenerator<ListedPin> {
  const { node, args, read, encode } = context
  for (const path of args) {
    const cid = await resolveBlock(node.blocks, path, read)
    const holder = await node.holders.holder(cid, type, read)
    if (holder === undefined) throw new KuboError(`path '${path}' is not pinned`)
    yield { Cid: encode(cid), Name: showsNames(context) ? holder.name : '', Type: describeHolder(holder, encode) }
  }
}

async function* allPins(context: RpcContext, type: PinType): AsyncGenerator<ListedPin> {
  const { node, options, read, encode } = context
  const filter = options.string('name') ?? ''
  const showNames = showsNames(context)
  for (const mode of ['recursive', 'direct'] as const) {
    if (type !== mode && type !== 'all') continue
    for await (const { cid, name } of node.pins.list(mode)) {
      if (name.includes(filter)) yield { Cid: encode(cid), Name: showNames ? name : '', Type: mode }
    }
  }
  if ((type !== 'indirect' && type !== 'all') || filter !== '') return
  for await (const cid of node.holders.indirect(read)) {
    if (!(await isRoot(node, cid))) yield { Cid: encode(cid), Name: '', Type: 'indirect' }
  }
}

function showsNames({ options }: RpcContext): boolean {
  return options.bool('names') === true || (options.string('name') ?? '') !== ''
}

async function isRoot({ pins }: RpcContext['node'], cid: CID): Promise<boolean> {
  return ((await pins.find(cid, 'recursive')) ?? (await pins.find(cid, 'direct'))) !== undefined
}

/** One JSON document with all pins as keys, written as they come: there may be a million. */
async function* keysDocument(pins: AsyncIterable<ListedPin>): AsyncGenerator<Uint8Array> {
  let text = ''
  let separator = '{"Keys":{'
  for await (const { Cid, Name, Type } of pins) {
    text += `${separator}${JSON.stringify(Cid)}:${JSON.stringify({ Type, Name })}`
    separator = ','
    if (text.length < 16 << 10) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(separator === ',' ? `${text}}}\n` : '{}\n')
}

function isPinType(type: string): type is PinType {
  return ['direct', 'indirect', 'recursive', 'all'].includes(type)
}
