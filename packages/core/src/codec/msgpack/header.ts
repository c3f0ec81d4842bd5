import { ClusterError } from '@ipfs-cluster/api'

/** What a msgpack value holds. `RAW` is text or bytes: the old specification knows no difference. */
export const Kind = {
  NIL: 0,
  FALSE: 1,
  TRUE: 2,
  UINT: 3,
  INT: 4,
  FLOAT32: 5,
  FLOAT64: 6,
  RAW: 7,
  ARRAY: 8,
  MAP: 9,
  EXT: 10
} as const

/** How the first byte of a value is to be read. Made once for all 256 of them. */
interface Form {
  readonly kind: number
  /** Bytes of the number or length that follow the first byte. */
  readonly width: number
  /** The number or length itself when it is part of the first byte. */
  readonly fixed: number
}

/**
 * The head of a msgpack value. One object is filled again and again, since a value of a few bytes must not cost an
 * allocation.
 */
export class Header {
  /** One of {@link Kind}. */
  kind: number = Kind.NIL
  /** Bytes of the head: the first one and the number or length after it. */
  size = 1
  /** Bytes of payload after the head: text, bytes, or the type and data of an extension. */
  payload = 0
  /** Values that follow as elements: of a map, keys and values. */
  children = 0
  /** The number of a value that is part of its first byte. */
  fixed = 0

  /**
   * Reads the head at `offset`.
   *
   * @returns false when the bytes end within it
   * @throws ClusterError `ERR_BAD_ENCODING` on a first byte that stands for nothing
   */
  read(bytes: Uint8Array, offset: number, end: number): boolean {
    const first = offset < end ? bytes[offset] : undefined
    if (first === undefined) return false
    const form = FORMS[first]
    if (form === undefined) throw malformed(offset, `invalid byte descriptor 0x${first.toString(16)}`)
    if (end - offset <= form.width) return false
    this.kind = form.kind
    this.size = 1 + form.width
    this.fixed = form.fixed
    this.payload = 0
    this.children = 0
    if (form.kind >= Kind.RAW) this.#measure(form.width === 0 ? form.fixed : beUint(bytes, offset + 1, form.width))
    return true
  }

  #measure(length: number): void {
    if (this.kind === Kind.RAW) this.payload = length
    else if (this.kind === Kind.ARRAY) this.children = length
    else if (this.kind === Kind.MAP) this.children = length * 2
    else this.payload = length + 1
  }
}

/** An unsigned number of up to four bytes, the first the most significant. */
function beUint(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[offset + i] ?? 0)
  return value
}

export function malformed(position: number, reason: string): ClusterError {
  return new ClusterError('ERR_BAD_ENCODING', `msgpack decode error [pos ${position}]: ${reason}`)
}

/** First bytes 0xc0 to 0xdf, the only ones with a meaning of their own: kind and width, or kind and fixed length. */
const SPECIAL: readonly (readonly [kind: number, width: number, fixed?: number] | undefined)[] = [
  [Kind.NIL, 0],
  undefined,
  [Kind.FALSE, 0],
  [Kind.TRUE, 0],
  [Kind.RAW, 1],
  [Kind.RAW, 2],
  [Kind.RAW, 4],
  [Kind.EXT, 1],
  [Kind.EXT, 2],
  [Kind.EXT, 4],
  [Kind.FLOAT32, 4],
  [Kind.FLOAT64, 8],
  [Kind.UINT, 1],
  [Kind.UINT, 2],
  [Kind.UINT, 4],
  [Kind.UINT, 8],
  [Kind.INT, 1],
  [Kind.INT, 2],
  [Kind.INT, 4],
  [Kind.INT, 8],
  [Kind.EXT, 0, 1],
  [Kind.EXT, 0, 2],
  [Kind.EXT, 0, 4],
  [Kind.EXT, 0, 8],
  [Kind.EXT, 0, 16],
  [Kind.RAW, 1],
  [Kind.RAW, 2],
  [Kind.RAW, 4],
  [Kind.ARRAY, 2],
  [Kind.ARRAY, 4],
  [Kind.MAP, 2],
  [Kind.MAP, 4]
]

const FORMS: readonly (Form | undefined)[] = Array.from({ length: 256 }, (_, first) => formOf(first))

function formOf(first: number): Form | undefined {
  if (first < 0x80) return { kind: Kind.UINT, width: 0, fixed: first }
  if (first < 0x90) return { kind: Kind.MAP, width: 0, fixed: first & 0x0f }
  if (first < 0xa0) return { kind: Kind.ARRAY, width: 0, fixed: first & 0x0f }
  if (first < 0xc0) return { kind: Kind.RAW, width: 0, fixed: first & 0x1f }
  if (first >= 0xe0) return { kind: Kind.INT, width: 0, fixed: first - 256 }
  const special = SPECIAL[first - 0xc0]
  if (special === undefined) return undefined
  const [kind, width, fixed = 0] = special
  return { kind, width, fixed }
}
