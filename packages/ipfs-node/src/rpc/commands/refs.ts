import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { linksOf } from '../../dag/codecs.ts'
import { resolveBlock } from '../../dag/path.ts'
import { KuboError, messageOf } from '../../errors.ts'
import type { Command, RpcContext } from '../context.ts'

const RAW = 0x55

/** `refs`: the links of DAGs. */
export const refs: Command = {
  args: { name: 'ipfs-path', min: 1 },
  options: {
    format: 'string',
    edges: 'bool',
    e: '=edges',
    unique: 'bool',
    u: '=unique',
    recursive: 'bool',
    r: '=recursive',
    'max-depth': 'int'
  },
  async run(context) {
    const { node, args, options, read, reply } = context
    const maxDepth = options.bool('recursive') === true ? (options.int('max-depth') ?? -1) : 1
    const lister = new RefLister(context, {
      maxDepth,
      unique: options.bool('unique') === true,
      format: formatOf(context)
    })
    const roots: CID[] = []
    for (const path of args) roots.push(await resolveBlock(node.blocks, path, read))
    for (const root of roots) {
      try {
        for await (const ref of lister.refs(root)) await reply.emit({ Ref: ref, Err: '' })
      } catch (err) {
        await reply.emit({ Ref: '', Err: messageOf(err) })
      }
    }
  }
}

/** `refs/local` and `repo/ls`: all blocks that are here, as raw CIDs. */
export const refsLocal: Command = {
  async run({ node: { blocks }, signal, reply, encode }) {
    await blocks.store.flush()
    for await (const { multihash } of blocks.store.entries()) {
      signal.throwIfAborted()
      await reply.emit({ Ref: encode(CID.createV1(RAW, Digest.decode(multihash))), Err: '' })
    }
  }
}

interface RefSettings {
  /** -1 for no limit. */
  maxDepth: number
  unique: boolean
  format: string
}

interface Link {
  name: string
  cid: CID
}

class RefLister {
  readonly #context: RpcContext
  readonly #settings: RefSettings
  /** Least depth at which a CID was met, when each is to be listed once. */
  readonly #seen = new Map<string, number>()

  constructor(context: RpcContext, settings: RefSettings) {
    this.#context = context
    this.#settings = settings
  }

  /**
   * The links below a root, each before those below it. The way down is a list of its own: a DAG may be a chain of any
   * length.
   */
  async *refs(root: CID): AsyncGenerator<string> {
    const { node, read } = this.#context
    const way = [await this.#linksOf(root)]
    for (let place = way.at(-1); place !== undefined; place = way.at(-1)) {
      const next = place.links.next()
      if (next.done === true) {
        way.pop()
        continue
      }
      const { cid } = next.value
      const { goDeeper, isNew } = this.#visit(cid, way.length)
      if (!goDeeper && !isNew) continue
      await node.blocks.ensure(cid, read)
      if (isNew) yield this.#describe(place.from, next.value)
      if (goDeeper) way.push(await this.#linksOf(cid))
    }
  }

  async #linksOf(from: CID): Promise<{ from: CID; links: Iterator<Link> }> {
    const { node, read } = this.#context
    return { from, links: linksOf(from, await node.blocks.get(from, read)).values() }
  }

  #describe(from: CID, { cid, name }: Link): string {
    const { encode } = this.#context
    return this.#settings.format
      .replaceAll('<src>', () => encode(from))
      .replaceAll('<dst>', () => encode(cid))
      .replaceAll('<linkname>', () => name)
  }

  #visit(cid: CID, depth: number): { goDeeper: boolean; isNew: boolean } {
    const { maxDepth, unique } = this.#settings
    if (maxDepth >= 0 && depth > maxDepth) return { goDeeper: false, isNew: false }
    const goDeeper = maxDepth < 0 || depth < maxDepth
    if (!unique) return { goDeeper, isNew: true }
    const key = cid.toString()
    const before = this.#seen.get(key)
    if (before !== undefined && (maxDepth < 0 || before <= depth)) return { goDeeper: false, isNew: false }
    this.#seen.set(key, depth)
    return { goDeeper, isNew: before === undefined }
  }
}

function formatOf({ options }: RpcContext): string {
  const format = options.string('format') ?? '<dst>'
  if (options.bool('edges') !== true) return format
  if (format !== '<dst>') throw new KuboError('using format argument with edges is not allowed')
  return '<src> -> <dst>'
}
