import { field, integer, struct, text } from './codec.ts'
import type { JsonCodec } from './codec.ts'
import { document } from './document.ts'

/** What an HTTP client is told of a failure. */
export interface ErrorBody {
  /** The HTTP status; 500 for a failure in the middle of a stream, 0 when no answer came. */
  code: number
  message: string
}

/** The answer of `GET /version`. */
export interface Version {
  version: string
}

export const errorBodyCodec: JsonCodec<ErrorBody> = struct<ErrorBody>({
  code: field('code', integer),
  message: field('message', text)
})

export const versionCodec: JsonCodec<Version> = struct<Version>({ version: field('version', text) })

export const { toJSON: versionToJSON, fromJSON: versionFromJSON } = document(versionCodec)
export const { toJSON: errorBodyToJSON, fromJSON: errorBodyFromJSON } = document(errorBodyCodec)
