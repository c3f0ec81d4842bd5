import { commonCidTextToBytes, tryParseCid } from '@ipfs-cluster/api'
import type { HeldPin } from './interface.ts'
import { JsonObjects } from './json-objects.ts'
import { parseObjects, requireEnd } from './kubo-rpc.ts'
import type { PinLsObject } from './pin-status.ts'
import { toIpfsPin } from './pin-status.ts'

const QUOTE = 0x22
const LINE_FEED = 0x0a

/** What all lines of a node begin with that lists its pins one by one, up to the CID. */
const START = Buffer.from('{"Cid":"')
/** What follows the CID, up to the type, and what follows that. */
const TYPE = Buffer.from('","Type":"')
const END = Buffer.from('"}\n')

/** A line of another form may be longer. */
const MAX_LINE = 1024

/**
 * Reads the answer of `pin/ls`, of which a node with a million pins makes a hundred megabytes: lines in the one form
 * that nearly all have are read without a parser of JSON. From the first line of any other form on, all are parsed.
 */
export class PinLines {
  readonly #path: string
  #held: Buffer = Buffer.alloc(0)
  #objects: JsonObjects | undefined

  /** @param path - the call, for errors */
  constructor(path: string) {
    this.#path = path
  }

  /** @throws ClusterError `ERR_IPFS` when this is no list of pins */
  push(chunk: Uint8Array): HeldPin[] {
    const pins: HeldPin[] = []
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#held = this.#held.length === 0 ? view : Buffer.concat([this.#held, view])
    if (this.#objects === undefined) this.#readLines(pins)
    if (this.#objects !== undefined) this.#parse(this.#objects, pins)
    return pins
  }

  /**
   * The answer has ended.
   *
   * @throws ClusterError `ERR_IPFS` when it breaks off
   */
  end(): HeldPin[] {
    const pins: HeldPin[] = []
    this.#objects ??= new JsonObjects()
    this.#parse(this.#objects, pins)
    requireEnd(this.#path, this.#objects)
    return pins
  }

  #readLines(pins: HeldPin[]): void {
    const bytes = this.#held
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const pin = readLine(bytes, start, end + 1)
      if (pin === undefined) {
        this.#objects = new JsonObjects()
        break
      }
      pins.push(pin)
      start = end + 1
    }
    this.#held = bytes.subarray(start)
    if (this.#held.length > MAX_LINE) this.#objects ??= new JsonObjects()
  }

  #parse(objects: JsonObjects, pins: HeldPin[]): void {
    const bytes = this.#held
    this.#held = Buffer.alloc(0)
    for (const object of parseObjects<PinLsObject>(this.#path, objects, bytes)) {
      const pin = toIpfsPin(this.#path, object)
      if (pin !== undefined) pins.push({ cid: pin.cid.bytes, status: pin.status })
    }
  }
}

/** @returns undefined for a line of another form */
function readLine(bytes: Buffer, start: number, end: number): HeldPin | undefined {
  if (!isAt(bytes, start, START)) return undefined
  const cidEnd = bytes.indexOf(QUOTE, start + START.length)
  if (!isAt(bytes, cidEnd, TYPE)) return undefined
  const typeEnd = end - END.length
  if (!isAt(bytes, typeEnd, END)) return undefined
  const type = bytes.toString('latin1', cidEnd + TYPE.length, typeEnd)
  if (type !== 'recursive' && type !== 'direct') return undefined
  const text = bytes.toString('latin1', start + START.length, cidEnd)
  const cid = commonCidTextToBytes(text) ?? tryParseCid(text)?.bytes
  return cid && { cid, status: type }
}

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}
