import type { Blocks, ReadOptions } from '../dag/blocks.ts'
import { KuboError } from '../errors.ts'
import { listDirectory } from './directory.ts'
import type { UnixfsNode } from './node.ts'
import { unixfsNode } from './node.ts'
import { readFile } from './read.ts'

const BLOCK = 512
const MAX_NAME = 100
/** Largest number that fits in the twelve octal digits of a header. */
const MAX_OCTAL = 8 ** 11 - 1

const FILE = '0'
const SYMLINK = '2'
const DIRECTORY = '5'
const EXTENDED = 'x'

interface TarEntry {
  name: string
  type: string
  size: number
  mode: number
  mtime: number
  target?: string
}

/** A file or directory as a tar archive (POSIX pax), with `name` for its root. */
export async function* writeTar(
  blocks: Blocks,
  root: UnixfsNode,
  name: string,
  options: ReadOptions = {}
): AsyncGenerator<Uint8Array> {
  yield* writeNode(blocks, root, name, options)
  yield Buffer.alloc(2 * BLOCK)
}

async function* writeNode(
  blocks: Blocks,
  node: UnixfsNode,
  name: string,
  options: ReadOptions
): AsyncGenerator<Uint8Array> {
  const mtime = node.mtime === undefined ? Math.floor(Date.now() / 1000) : Number(node.mtime.secs)
  if (node.type === 'directory') {
    yield* headers({ name: `${name}/`, type: DIRECTORY, size: 0, mode: node.mode ?? 0o755, mtime })
    for await (const entry of listDirectory(blocks, node, options)) {
      if (entry.name === '' || entry.name === '..' || entry.name.includes('/')) {
        throw new KuboError(`a name in the directory cannot be a file name: ${JSON.stringify(entry.name)}`)
      }
      yield* writeNode(blocks, await unixfsNode(blocks, entry.cid, options), `${name}/${entry.name}`, options)
    }
  } else if (node.type === 'symlink') {
    yield* headers({ name, type: SYMLINK, size: 0, mode: node.mode ?? 0o777, mtime, target: node.target })
  } else {
    yield* headers({ name, type: FILE, size: node.size, mode: node.mode ?? 0o644, mtime })
    yield* readFile(blocks, node, options)
    const rest = node.size % BLOCK
    if (rest > 0) yield Buffer.alloc(BLOCK - rest)
  }
}

/** The header of an entry, after one more for what does not fit in it. */
function* headers(entry: TarEntry): Generator<Uint8Array> {
  const records: string[] = []
  if (Buffer.byteLength(entry.name) > MAX_NAME || !isAscii(entry.name)) records.push(record('path', entry.name))
  const target = entry.target ?? ''
  if (Buffer.byteLength(target) > MAX_NAME || !isAscii(target)) records.push(record('linkpath', target))
  if (entry.size > MAX_OCTAL) records.push(record('size', String(entry.size)))
  if (records.length > 0) {
    const body = Buffer.from(records.join(''))
    yield header({ name: 'PaxHeaders/entry', type: EXTENDED, size: body.length, mode: 0o644, mtime: 0 })
    yield body
    yield Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)
  }
  yield header(entry)
}

function header({ name, type, size, mode, mtime, target }: TarEntry): Uint8Array {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, offset: number, digits: number): void => {
    block.write(
      Math.min(Math.max(0, value), 8 ** digits - 1)
        .toString(8)
        .padStart(digits, '0'),
      offset,
      'latin1'
    )
  }
  Buffer.from(name).copy(block, 0, 0, MAX_NAME)
  octal(mode & 0o7777, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size, 124, 11)
  octal(mtime, 136, 11)
  block.fill(' ', 148, 156)
  block.write(type, 156, 'latin1')
  if (target !== undefined) Buffer.from(target).copy(block, 157, 0, MAX_NAME)
  block.write('ustar\u000000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
