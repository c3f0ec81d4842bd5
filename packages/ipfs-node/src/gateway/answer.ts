import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CID } from 'multiformats/cid'
import type { ReadOptions } from '../dag/blocks.ts'
import { writeCar } from '../dag/car.ts'
import { resolve } from '../dag/path.ts'
import { NoLinkError } from '../errors.ts'
import { writeAll } from '../http/write.ts'
import type { NodeParts } from '../parts.ts'
import { listDirectory } from '../unixfs/directory.ts'
import type { UnixfsNode } from '../unixfs/node.ts'
import { unixfsNode } from '../unixfs/node.ts'
import { readFile } from '../unixfs/read.ts'
import { contentType } from './content-type.ts'
import { LISTING_TAIL, listingHead, listingRow } from './listing.ts'
import { parseRange } from './range.ts'

const RAW_TYPE = 'application/vnd.ipld.raw'
const CAR_TYPE = 'application/vnd.ipld.car'
/** What is named by its hash never changes. */
const IMMUTABLE = 'public, max-age=29030400, immutable'
/** A listing may look better one day. */
const LISTING_CACHE = 'public, max-age=604800, stale-while-revalidate=2678400'
const LISTING_VERSION = 1
/** What is named by a name is asked for again soon. */
const NAMED_CACHE = 'public, max-age=60'

/** A request whose path was followed to its end. */
export interface GatewayRequest {
  node: NodeParts
  request: IncomingMessage
  response: ServerResponse
  url: URL
  /** Decoded path of the request. */
  path: string
  /** Where the path starts and where it leads. */
  root: CID
  cid: CID
  /** Whether a name led there, which may lead elsewhere later. */
  isNamed: boolean
}

/** How blocks are read: the first under a deadline, the rest as long as the client stays. */
export interface GatewayReads {
  first: ReadOptions
  rest: ReadOptions
}

/** Answers a request to the gateway in the form that was asked for. */
export class GatewayAnswer {
  readonly #request: GatewayRequest
  readonly #isHead: boolean

  constructor(request: GatewayRequest) {
    this.#request = request
    this.#isHead = request.request.method === 'HEAD'
  }

  async send(reads: GatewayReads): Promise<void> {
    const format = this.#format()
    if (format === 'raw') return this.#sendRaw(reads)
    if (format === 'car') return this.#sendCar(reads)
    const { node, cid } = this.#request
    const content = await unixfsNode(node.blocks, cid, reads.first)
    if (content.type === 'directory') return this.#sendDirectory(content, reads)
    return this.#sendFile(content, this.#request.path, reads)
  }

  #format(): 'raw' | 'car' | undefined {
    const { url, request } = this.#request
    const asked = url.searchParams.get('format')
    const accept = request.headers.accept ?? ''
    if (asked === 'raw' || (asked === null && accept.includes(RAW_TYPE))) return 'raw'
    if (asked === 'car' || (asked === null && accept.includes(CAR_TYPE))) return 'car'
    return undefined
  }

  async #sendRaw(reads: GatewayReads): Promise<void> {
    const { node, cid } = this.#request
    const bytes = await node.blocks.get(cid, reads.first)
    if (this.#isUnchanged(`"${cid.toString()}.raw"`)) return
    this.#head(200, {
      'Content-Type': RAW_TYPE,
      'Content-Length': bytes.length,
      'Content-Disposition': `attachment; filename="${cid.toString()}.bin"`,
      'Cache-Control': this.#cached(IMMUTABLE)
    })
    await this.#body(once(bytes))
  }

  async #sendCar(reads: GatewayReads): Promise<void> {
    const { node, cid } = this.#request
    await node.blocks.ensure(cid, reads.first)
    // Not byte for byte the same for ever, so the tag is a weak one.
    if (this.#isUnchanged(`W/"${cid.toString()}.car"`)) return
    this.#head(200, {
      'Content-Type': `${CAR_TYPE}; version=1; order=dfs; dups=n`,
      'Content-Disposition': `attachment; filename="${cid.toString()}.car"`,
      'Cache-Control': this.#cached(IMMUTABLE),
      'Accept-Ranges': 'none'
    })
    await this.#body(writeCar(node.blocks, cid, reads.rest))
  }

  async #sendDirectory(directory: UnixfsNode & { type: 'directory' }, reads: GatewayReads): Promise<void> {
    const { node, url, path, cid, response } = this.#request
    if (!url.pathname.endsWith('/')) {
      response.writeHead(302, { Location: `${url.pathname}/${url.search}` })
      response.end()
      return
    }
    const index = await this.#index(reads)
    if (index !== undefined) return this.#sendFile(index, 'index.html', reads)
    if (this.#isUnchanged(`"DirIndex-${LISTING_VERSION}_CID-${cid.toString()}"`)) return
    this.#head(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': this.#cached(LISTING_CACHE) })
    await this.#body(
      (async function* () {
        yield Buffer.from(listingHead(path))
        for await (const entry of listDirectory(node.blocks, directory, reads.rest))
          yield Buffer.from(listingRow(entry))
        yield Buffer.from(LISTING_TAIL)
      })()
    )
  }

  /** The page that a directory brings along. */
  async #index(reads: GatewayReads): Promise<UnixfsNode | undefined> {
    const { node, cid } = this.#request
    try {
      const found = await resolve(node.blocks, { namespace: 'ipfs', root: cid, segments: ['index.html'] }, reads.first)
      return await unixfsNode(node.blocks, found.cid, reads.first)
    } catch (err) {
      if (err instanceof NoLinkError) return undefined
      throw err
    }
  }

  async #sendFile(file: UnixfsNode, name: string, reads: GatewayReads): Promise<void> {
    if (file.type === 'symlink') return this.#sendSymlink(file.target)
    if (file.type === 'directory') throw new Error('a directory is not a file')
    const { node, request, response } = this.#request
    if (this.#isUnchanged(`"${file.cid.toString()}"`)) return
    response.setHeader('Accept-Ranges', 'bytes')
    const range = this.#range(request.headers.range, file.size)
    const first = range?.first ?? 0
    const length = (range?.last ?? file.size - 1) - first + 1
    this.#head(range === undefined ? 200 : 206, {
      'Content-Type': contentType(name, await firstBytes(node, file, reads)),
      'Content-Length': length,
      'Cache-Control': this.#cached(IMMUTABLE),
      ...(range === undefined ? {} : { 'Content-Range': `bytes ${range.first}-${range.last}/${file.size}` })
    })
    await this.#body(readFile(node.blocks, file, { ...reads.rest, offset: first, length }))
  }

  async #sendSymlink(target: string): Promise<void> {
    this.#head(200, { 'Content-Type': 'inode/symlink', 'Cache-Control': this.#cached(IMMUTABLE) })
    await this.#body(once(Buffer.from(target)))
  }

  #range(header: string | undefined, size: number): ReturnType<typeof parseRange> {
    // A part of another version would be of no use.
    const { request, response } = this.#request
    const condition = request.headers['if-range']
    if (condition !== undefined && condition !== response.getHeader('ETag')) return undefined
    try {
      return parseRange(header, size)
    } catch (err) {
      response.setHeader('Content-Range', `bytes */${size}`)
      throw err
    }
  }

  /** Sets the tag of what is sent, and answers 304 when the client has it. */
  #cached(content: string): string {
    return this.#request.isNamed ? NAMED_CACHE : content
  }

  #isUnchanged(tag: string): boolean {
    const { request, response } = this.#request
    response.setHeader('ETag', tag)
    const known = request.headers['if-none-match']?.split(',').map((text) => text.trim().replace(/^W\//, ''))
    if (known === undefined || !(known.includes('*') || known.includes(tag.replace(/^W\//, '')))) return false
    this.#head(304, { 'Cache-Control': this.#cached(IMMUTABLE) })
    response.end()
    return true
  }

  #head(status: number, headers: Record<string, string | number>): void {
    const { response, path, root } = this.#request
    response.writeHead(status, {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Expose-Headers': 'Content-Range, ETag, X-Ipfs-Path, X-Ipfs-Roots',
      'X-Content-Type-Options': 'nosniff',
      'X-Ipfs-Path': encodeURI(path),
      'X-Ipfs-Roots': root.toString(),
      ...headers
    })
  }

  async #body(content: AsyncIterable<Uint8Array>): Promise<void> {
    const { response } = this.#request
    if (!this.#isHead) await writeAll(response, content)
    response.end()
  }
}

async function firstBytes(
  node: NodeParts,
  file: UnixfsNode & { type: 'file' },
  reads: GatewayReads
): Promise<Uint8Array> {
  for await (const bytes of readFile(node.blocks, file, { ...reads.first, length: 512 })) return bytes
  return new Uint8Array(0)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
