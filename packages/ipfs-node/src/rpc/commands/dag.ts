import { CID } from 'multiformats/cid'
import { readCar, writeCar } from '../../dag/car.ts'
import { codecByName, decode } from '../../dag/codecs.ts'
import { assertMatches, digest, hashCode } from '../../dag/hashes.ts'
import { parsePath, resolve, resolveBlock, valueAt } from '../../dag/path.ts'
import { descend } from '../../dag/walk.ts'
import { FingerprintSet } from '../../dag/fingerprint-set.ts'
import { KuboError, messageOf } from '../../errors.ts'
import type { Command, RpcContext } from '../context.ts'
import { WriteWindow } from '../write-window.ts'
import { blockTooLarge, bodyBuffers, maxBlockSize } from './block.ts'

const link = (cid: CID): { '/': string } => ({ '/': cid.toString() })

/** `dag/put`: a value in one codec, stored in another. */
export const dagPut: Command = {
  file: 'object data',
  options: {
    'store-codec': 'string',
    'input-codec': 'string',
    pin: 'bool',
    hash: 'string',
    'allow-big-block': 'bool'
  },
  async run({ node, options, files, reply }) {
    const input = codecByName(options.string('input-codec') ?? 'dag-json')
    const store = codecByName(options.string('store-codec') ?? 'dag-cbor')
    const hash = hashCode((options.string('hash') ?? '') || 'sha2-256')
    if (hash === undefined) throw new KuboError(`unknown multicodec: ${JSON.stringify(options.string('hash'))}`)
    using lease = node.leases.take()
    const buffers = bodyBuffers(options)
    for await (const { content } of files()) {
      const bytes = store.encode(input.decode((await buffers.read(content)).bytes))
      const cid = CID.createV1(store.code, digest(bytes, hash))
      await node.blocks.put(cid, bytes, lease)
      if (options.bool('pin') === true) await node.pins.add(cid, 'recursive', { offline: true })
      else await node.blocks.store.flush()
      await reply.emit({ Cid: link(cid) })
    }
  }
}

/** `dag/get` */
export const dagGet: Command = {
  args: { name: 'ref', min: 1, max: 1 },
  options: { 'output-codec': 'string' },
  async run({ node: { blocks }, args: [path = ''], options, read, reply }) {
    const codec = codecByName(options.string('output-codec') ?? 'dag-json')
    const { cid, remainder } = await resolve(blocks, path, read)
    const value = valueAt(decode(cid, await blocks.get(cid, read)), cid, remainder)
    const encoded = codec.encode(value)
    await reply.stream(
      (async function* () {
        yield encoded
      })()
    )
  }
}

/** `dag/resolve` */
export const dagResolve: Command = {
  args: { name: 'ref', min: 1, max: 1 },
  async run({ node: { blocks }, args: [path = ''], read, reply }) {
    const { cid, remainder } = await resolve(blocks, path, read)
    await reply.once({ Cid: link(cid), RemPath: remainder.join('/') })
  }
}

/** `dag/import`: all blocks of CAR files; the roots in their headers are pinned at the end. */
export const dagImport: Command = {
  file: 'path',
  options: {
    'pin-roots': 'bool',
    'local-only': 'bool',
    silent: 'bool',
    stats: 'bool',
    'allow-big-block': 'bool'
  },
  async run(context) {
    const { node, options, reply } = context
    const localOnly = options.bool('local-only') === true
    if (localOnly && options.bool('pin-roots') === true) {
      throw new KuboError(
        '--local-only implies --pin-roots=false and cannot be combined with --pin-roots=true; please drop one of them'
      )
    }
    using lease = node.leases.take()
    const { roots, count, bytes } = await importFiles(context, lease)
    await node.blocks.store.flush()
    if (options.bool('pin-roots') !== false && !localOnly) {
      for (const root of roots)
        await reply.emit({ Root: { Cid: link(root), PinErrorMsg: await pinRoot(context, root) } })
    }
    if (options.bool('stats') === true) await reply.emit({ Stats: { BlockCount: count, BlockBytesCount: bytes } })
  }
}

/** `dag/export`: a DAG as a CAR. */
export const dagExport: Command = {
  args: { name: 'root', min: 1, max: 1 },
  options: { progress: 'bool', p: '=progress', 'local-only': 'bool' },
  async run({ node: { blocks }, args: [path = ''], options, read, reply }) {
    const localOnly = options.bool('local-only') === true
    const from = localOnly ? { ...read, offline: true, onMissing: () => {} } : read
    const root = await resolveBlock(blocks, path, from)
    await blocks.ensure(root, from)
    await reply.stream(writeCar(blocks, root, from), { contentType: 'application/vnd.ipld.car' })
  }
}

/** `dag/stat`: how many blocks and bytes DAGs have, alone and together. */
export const dagStat: Command = {
  args: { name: 'root', min: 1 },
  options: { progress: 'bool', p: '=progress' },
  async run({ node: { blocks }, args, read, reply, encode }) {
    const all = new FingerprintSet()
    const totals = { UniqueBlocks: 0, TotalSize: 0, redundant: 0 }
    const stats: { Cid: string; Size: number; NumBlocks: number }[] = []
    for (const path of args) {
      parsePath(path)
      const root = await resolveBlock(blocks, path, read)
      const stat = { Cid: encode(root), Size: 0, NumBlocks: 0 }
      for await (const cid of descend(blocks, root, read)) {
        const size = (await blocks.head(cid, 0))?.size ?? 0
        stat.Size += size
        stat.NumBlocks++
        totals.redundant += size
        if (!all.add(cid.bytes)) continue
        totals.UniqueBlocks++
        totals.TotalSize += size
      }
      stats.push(stat)
    }
    const { UniqueBlocks, TotalSize, redundant } = totals
    const SharedSize = redundant - TotalSize
    await reply.emit({
      UniqueBlocks,
      TotalSize,
      ...(SharedSize > 0 ? { SharedSize } : {}),
      Ratio: redundant / TotalSize,
      DagStats: stats
    })
  }
}

async function importFiles(
  { node, options, files, signal }: RpcContext,
  lease: { touch(multihash: Uint8Array): void }
): Promise<{ roots: CID[]; count: number; bytes: number }> {
  const roots = new Map<string, CID>()
  const limit = maxBlockSize(options)
  const writes = new WriteWindow()
  let count = 0
  let bytes = 0
  for await (const { content } of files()) {
    const car = await readCar(content)
    for (const root of car.roots) roots.set(root.toString(), root)
    for await (const block of car.blocks) {
      signal.throwIfAborted()
      try {
        if (block.bytes.length > limit) throw blockTooLarge(limit)
        assertMatches(block.cid, block.bytes)
        await writes.add(node.blocks.put(block.cid, block.bytes, lease))
      } catch (err) {
        throw new KuboError(`import failed at block "${block.cid.toString()}": ${messageOf(err)}`, { cause: err })
      }
      count++
      bytes += block.bytes.length
    }
  }
  await writes.end()
  return { roots: [...roots.values()], count, bytes }
}

/** Pins what was imported, with what is here; nothing is fetched for it. @returns what went wrong, empty if nothing */
async function pinRoot({ node, signal }: RpcContext, root: CID): Promise<string> {
  try {
    await node.pins.add(root, 'recursive', { signal, offline: true })
    return ''
  } catch (err) {
    return messageOf(err)
  }
}
