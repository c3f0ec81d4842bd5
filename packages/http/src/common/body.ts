import type { IncomingMessage } from 'node:http'
import { ClusterError } from '@ipfs-cluster/api'

/** A body that names a peer or describes a pin; anything longer is a mistake. */
const MAX_TEXT = 64 * 1024

/**
 * Bytes of a request as they are asked for. To stop reading does not break off the connection, which would take the
 * answer along.
 */
export function bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false })
}

/**
 * A small body as text.
 *
 * @param max - most bytes that it may have
 * @throws ClusterError `ERR_BAD_REQUEST` when it is not small
 */
export async function readText(request: IncomingMessage, max: number = MAX_TEXT): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyOf(request)) {
    chunks.push(chunk)
    size += chunk.length
    if (size > max) throw new ClusterError('ERR_BAD_REQUEST', `the request body has more than ${max} bytes`)
  }
  return Buffer.concat(chunks).toString()
}
