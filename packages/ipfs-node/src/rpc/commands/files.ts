import { createGzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { parsePath, resolve, resolveBlock } from '../../dag/path.ts'
import { KuboError } from '../../errors.ts'
import type { DirectoryEntry } from '../../unixfs/directory.ts'
import { listDirectory } from '../../unixfs/directory.ts'
import type { UnixfsNode } from '../../unixfs/node.ts'
import { unixfsNode } from '../../unixfs/node.ts'
import { readFile } from '../../unixfs/read.ts'
import { writeTar } from '../../unixfs/tar.ts'
import type { Command, RpcContext } from '../context.ts'

const RAW = 0x55
const DAG_PB = 0x70
/** UnixFS numbers of the kinds of nodes. */
const TYPES = { directory: 1, file: 2, symlink: 4 } as const
const ZERO_TIME = '0001-01-01T00:00:00Z'

/** `cat`: the bytes of files, one after the other. */
export const cat: Command = {
  args: { name: 'ipfs-path', min: 1 },
  options: { offset: 'int', o: '=offset', length: 'int', l: '=length', progress: 'bool', p: '=progress' },
  async run(context) {
    const { args, options, reply } = context
    const offset = options.int('offset') ?? 0
    const length = options.int('length') ?? Number.MAX_SAFE_INTEGER
    if (offset < 0) throw new KuboError('cannot specify negative offset')
    if (length < 0) throw new KuboError('cannot specify negative length')
    const files: (UnixfsNode & { type: 'file' })[] = []
    for (const path of length === 0 ? [] : args) files.push(await openFile(context, path))
    const total = files.reduce((sum, file) => sum + file.size, 0)
    await reply.stream(concatenate(context, files, offset, length), {
      length: Math.max(0, Math.min(length, total - offset))
    })
  }
}

/** `get`: a file or directory as a tar archive, or a file compressed. */
export const get: Command = {
  args: { name: 'ipfs-path', min: 1, max: 1 },
  options: {
    output: 'string',
    o: '=output',
    archive: 'bool',
    a: '=archive',
    compress: 'bool',
    C: '=compress',
    'compression-level': 'int',
    l: '=compression-level',
    progress: 'bool',
    p: '=progress'
  },
  async run({ node: { blocks }, args: [path = ''], options, read, reply }) {
    const level = options.int('compression-level')
    const compress = options.bool('compress') === true
    if (compress && level !== undefined && (level < 1 || level > 9)) {
      throw new KuboError('compression level must be between 1 and 9')
    }
    const root = await unixfsNode(blocks, await resolveBlock(blocks, path, read), read)
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? ''
    const archive = options.bool('archive') === true || !compress
    const content = archive ? writeTar(blocks, root, name, read) : readFile(blocks, root, read)
    if (!compress) return reply.stream(content, { contentType: 'application/x-tar' })
    const gzip = Readable.from(content).compose(createGzip({ level })) as AsyncIterable<Uint8Array>
    return reply.stream(gzip, { contentType: 'application/gzip' })
  }
}

/** `ls`: the entries of directories. */
export const ls: Command = {
  args: { name: 'ipfs-path', min: 1 },
  options: {
    headers: 'bool',
    v: '=headers',
    'resolve-type': 'bool',
    size: 'bool',
    stream: 'bool',
    s: '=stream',
    long: 'bool',
    l: '=long'
  },
  async run(context) {
    const { args, options, reply } = context
    const stream = options.bool('stream') === true
    const objects: { Hash: string; Links: LsLink[] }[] = []
    for (const path of args) {
      const links: LsLink[] = []
      for await (const link of lsLinks(context, path)) {
        if (stream) await reply.emit({ Objects: [{ Hash: path, Links: [link] }] })
        else links.push(link)
      }
      links.sort((a, b) => (a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : 0))
      objects.push({ Hash: path, Links: links })
    }
    if (!stream) await reply.once({ Objects: objects })
  }
}

/** `files/stat` of a content path; there is no mutable file system here. */
export const filesStat: Command = {
  args: { name: 'path', min: 1, max: 1 },
  options: { hash: 'bool', size: 'bool', 'with-local': 'bool', format: 'string' },
  async run({ node: { blocks }, args: [path = ''], read, reply, encode }) {
    if (!path.startsWith('/ipfs/'))
      throw new KuboError('this node has no mutable file system: give a path such as /ipfs/CID')
    const { cid } = await resolve(blocks, parsePath(path), read)
    const node = await unixfsNode(blocks, cid, read)
    await reply.once({
      Hash: encode(cid),
      Size: node.type === 'file' ? node.size : 0,
      CumulativeSize: node.links.reduce((sum, { size }) => sum + size, node.blockSize),
      Blocks: node.links.length,
      Type: node.type === 'directory' ? 'directory' : 'file'
    })
  }
}

interface LsLink {
  Name: string
  Hash: string
  Size: number
  Type: number
  Target: string
  Mode: number
  ModTime: string
}

async function openFile({ node: { blocks }, read }: RpcContext, path: string): Promise<UnixfsNode & { type: 'file' }> {
  const node = await unixfsNode(blocks, await resolveBlock(blocks, path, read), read)
  if (node.type === 'directory') throw new KuboError('this dag node is a directory')
  if (node.type === 'symlink') throw new KuboError('operation not supported')
  return node
}

async function* concatenate(
  { node: { blocks }, read }: RpcContext,
  files: (UnixfsNode & { type: 'file' })[],
  offset: number,
  length: number
): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    const taken = Math.max(0, Math.min(length, file.size - offset))
    if (taken > 0) yield* readFile(blocks, file, { ...read, offset, length: taken })
    offset = Math.max(0, offset - file.size)
    length -= taken
  }
}

async function* lsLinks(context: RpcContext, path: string): AsyncGenerator<LsLink> {
  const {
    node: { blocks },
    read
  } = context
  const root = await unixfsNode(blocks, await resolveBlock(blocks, path, read), read)
  const entries = root.type === 'directory' ? listDirectory(blocks, root, read) : root.links
  for await (const entry of entries) yield lsLink(context, entry)
}

async function lsLink(context: RpcContext, { name, cid, size }: DirectoryEntry): Promise<LsLink> {
  const { options, encode, node, read } = context
  const link = { Name: name, Hash: encode(cid), Size: 0, Type: 0, Target: '', Mode: 0, ModTime: ZERO_TIME }
  if (cid.code === RAW) return { ...link, Size: size, Type: TYPES.file }
  const looksInside = options.bool('resolve-type') !== false || options.bool('size') !== false
  if (cid.code !== DAG_PB || !looksInside) return link
  const child = await unixfsNode(node.blocks, cid, read)
  return {
    ...link,
    Size: child.type === 'file' ? child.size : 0,
    Type: TYPES[child.type],
    Target: child.type === 'symlink' ? child.target : '',
    Mode: child.mode ?? 0,
    ModTime: child.mtime === undefined ? ZERO_TIME : new Date(Number(child.mtime.secs) * 1000).toISOString()
  }
}
