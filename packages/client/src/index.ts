/**
 * @packageDocumentation
 *
 * A typed client of the REST API of a peer, for Node, Bun and browsers. This entry loads no transport: take the client
 * ready-made from `@ipfs-cluster/client/node` or `@ipfs-cluster/client/browser`, or join the two yourself.
 *
 * @example
 * const transport = socketTransport({ endpoint: parseEndpoint('/ip4/127.0.0.1/tcp/9094') })
 * const client = clusterClient({ timeout: 60_000 })({ transport })
 * for await (const pin of client.allocations()) console.log(pin.cid.toString(), pin.name)
 */
import { ClusterClient } from './client.ts'
import type { ClusterClientComponents, ClusterClientInit } from './client.ts'

export { readContent } from './add/content.ts'
export { fileEntries } from './add/file-entries.ts'
export { encodeMultipart } from './add/multipart.ts'
export { ClusterClient } from './client.ts'
export { authority, isPeerAddress, originOf, parseEndpoint, portOrDefault } from './endpoint.ts'
export { ApiError, TransportError } from './errors.ts'
export { failover, roundRobin } from './failover.ts'
export { parseNdjson } from './ndjson.ts'
export type { AbortOptions } from './abort-options.ts'
export type { AddContent } from './add/content.ts'
export type { AddedDirectory, AddedFile, AddedSymlink, AddEntry } from './add/multipart.ts'
export type { UploadProgress } from './add/upload.ts'
export type { BatchPin } from './batch.ts'
export type { AddOptions, ClusterClientComponents, ClusterClientInit, LocalOptions } from './client.ts'
export type { Endpoint, EndpointOptions } from './endpoint.ts'
export type { TransportErrorCode } from './errors.ts'
export type { ClusterEvent, EventData, EventName, EventsOptions } from './events.ts'
export type { FailoverInit } from './failover.ts'
export type { Page, PageOptions, PinSelection } from './listing.ts'
export type { BasicAuth, BearerAuth } from './requester.ts'
export type { Transport, TransportRequest, TransportResponse } from './transport/interface.ts'

export function clusterClient(init: ClusterClientInit = {}): (components: ClusterClientComponents) => ClusterClient {
  return (components) => new ClusterClient(components, init)
}
