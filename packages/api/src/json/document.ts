import type { JsonCodec } from './codec.ts'
import type { JsonObject } from './value.ts'

/** The three things to do with a type that makes a whole JSON document. */
export interface Document<T> {
  /** The value as plain data, to be written by `stringify` or put into a larger document. */
  toJSON: (value: T) => JsonObject
  /**
   * Reads what `parseJSON` gave, as the Go release does: unknown keys are ignored, keys match in any case, absent and
   * null members get their zero value.
   *
   * @throws ClusterError `ERR_BAD_JSON`, naming the member that has the wrong type
   */
  fromJSON: (value: unknown) => T
  /** The value as one line of a stream, with its line feed. Several times as fast as `stringify`. */
  toLine: (value: T) => string
}

/** The functions of a type that makes a whole document, from its codec. */
export function document<T>(codec: JsonCodec<T>): Document<T> {
  return {
    toJSON: (value) => codec.toJSON(value) as JsonObject,
    fromJSON: (value) => (value === null || value === undefined ? codec.zero() : codec.fromJSON(value, '')),
    toLine: (value) => `${codec.toText(value)}\n`
  }
}
