import { CID } from 'multiformats/cid'
import { codecByName } from '../../dag/codecs.ts'
import { digest, hashCode } from '../../dag/hashes.ts'
import { resolveBlock } from '../../dag/path.ts'
import { MAX_BLOCK_SIZE } from '../../defaults.ts'
import { KuboError, messageOf } from '../../errors.ts'
import type { Command } from '../context.ts'
import { BodyBuffers } from '../body-buffers.ts'
import { describePart } from '../multipart.ts'
import type { Options } from '../options.ts'
import { WriteWindow } from '../write-window.ts'

const SHA2_256 = 0x12
const DAG_PB = 0x70

/** What a block is named by. */
interface CidPrefix {
  version: 0 | 1
  codec: number
  hash: number
  hashLength?: number
}

/** `block/put`: blocks as they are. */
export const blockPut: Command = {
  file: 'data',
  options: {
    'cid-codec': 'string',
    format: 'string',
    f: '=format',
    mhtype: 'string',
    mhlen: 'int',
    pin: 'bool',
    'allow-big-block': 'bool'
  },
  async run({ node, options, files, reply, encode }) {
    const { blocks, pins, leases } = node
    const prefix = cidPrefix(options)
    const pin = options.bool('pin') === true
    using lease = leases.take()
    const buffers = bodyBuffers(options)
    const writes = new WriteWindow()
    for await (const { headers, content } of files()) {
      if (describePart(headers).type !== 'file') throw new KuboError('expected a file')
      const { bytes, release } = await buffers.read(content)
      const cid = CID.create(prefix.version, prefix.codec, digest(bytes, prefix.hash, prefix.hashLength))
      await writes.add(blocks.put(cid, bytes, lease).finally(release), async () => {
        if (pin) await pins.record(cid, 'recursive')
        await reply.emit({ Key: encode(cid), Size: bytes.length })
      })
    }
    await writes.end()
    await blocks.store.flush()
  }
}

/** `block/get` */
export const blockGet: Command = {
  args: { name: 'cid', min: 1, max: 1 },
  async run({ node: { blocks }, args: [path = ''], read, reply }) {
    const bytes = await blocks.get(await resolveBlock(blocks, path, read), read)
    await reply.stream(
      (async function* () {
        yield bytes
      })(),
      { contentType: 'application/vnd.ipld.raw' }
    )
  }
}

/** `block/stat` */
export const blockStat: Command = {
  args: { name: 'cid', min: 1, max: 1 },
  async run({ node: { blocks }, args: [path = ''], read, reply, encode }) {
    const cid = await resolveBlock(blocks, path, read)
    await blocks.ensure(cid, read)
    await reply.once({ Key: encode(cid), Size: (await blocks.head(cid, 0))?.size ?? 0 })
  }
}

/** `block/rm`: blocks that no pin needs. */
export const blockRm: Command = {
  args: { name: 'cid', min: 1 },
  options: { force: 'bool', f: '=force', quiet: 'bool', q: '=quiet' },
  async run({ node, args, options, read, reply, encode }) {
    for (const path of args) {
      const cid = await resolveBlock(node.blocks, path, read)
      try {
        const holder = await node.holders.find(cid, read)
        if (holder !== undefined) throw new KuboError(`pinned: ${holder}`)
        await node.collector.removeBlock(cid, options.bool('force') === true)
        if (options.bool('quiet') !== true) await reply.emit({ Hash: encode(cid) })
      } catch (err) {
        await reply.emit({ Hash: encode(cid), Error: messageOf(err) })
      }
    }
  }
}

/** Even with `allow-big-block` a block has to fit in memory, several at a time. */
const BIG_BLOCK_LIMIT = 64 << 20

/** Largest block that the options allow. */
export function maxBlockSize(options: Options): number {
  return options.bool('allow-big-block') === true ? BIG_BLOCK_LIMIT : MAX_BLOCK_SIZE
}

/** Memory for blocks of a request. */
export function bodyBuffers(options: Options): BodyBuffers {
  const limit = maxBlockSize(options)
  return new BodyBuffers(limit, () => blockTooLarge(limit))
}

/** What a client is told that sends a larger block than the limit; in Kubo's words where it is Kubo's limit. */
export function blockTooLarge(limit: number): KuboError {
  if (limit !== MAX_BLOCK_SIZE) return new KuboError(`produced block is over ${limit >> 20}MiB`)
  return new KuboError(
    "produced block is over 2MiB: big blocks can't be exchanged with other peers. consider using UnixFS for automatic chunking of bigger files, or pass --allow-big-block to override"
  )
}

function cidPrefix(options: Options): CidPrefix {
  const hashName = (options.string('mhtype') ?? '') || 'sha2-256'
  const hash = hashCode(hashName)
  if (hash === undefined) throw new KuboError(`unrecognized multihash function: ${hashName}`)
  const length = options.int('mhlen') ?? -1
  const hashLength = length < 0 ? undefined : length
  const format = options.string('format') ?? ''
  const codecName = options.string('cid-codec') ?? ''
  if (format === '') return { version: 1, codec: codecByName(codecName || 'raw').code, hash, hashLength }
  if (codecName !== '' && codecName !== 'raw') {
    throw new KuboError('unable to use "format" (deprecated) and a custom "cid-codec" at the same time')
  }
  return legacyPrefix(format, hash, hashLength)
}

/** The names of formats before Kubo had `cid-codec`. */
function legacyPrefix(format: string, hash: number, hashLength: number | undefined): CidPrefix {
  if (format === 'v0') {
    if (hash !== SHA2_256 || (hashLength ?? 32) !== 32) throw new KuboError('only sha2-255-32 is allowed with CIDv0')
    return { version: 0, codec: DAG_PB, hash, hashLength }
  }
  const names: Record<string, string> = { protobuf: 'dag-pb', cbor: 'dag-cbor' }
  return { version: 1, codec: codecByName(names[format] ?? format).code, hash, hashLength }
}
