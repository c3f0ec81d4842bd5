/**
 * @packageDocumentation
 *
 * Files, folders and CARs to blocks: the same CIDs, outputs and order of outputs as a peer of the Go release. The
 * building of DAGs is pure and synchronous; blocks flow from it to a sink no faster than that takes them, so content of
 * any size is added in a few MiB of memory. With `shard` the blocks go to one shard after the other, each on peers of
 * its own.
 *
 * @example
 * const add = adder()({
 *   openSink: async () => ipfsSink({ allocations: [peerId] })({ ipfs }),
 *   pin: (root, pinOptions, allocations) => cluster.pin(root, pinOptions),
 *   shards: { putLocal, pinPart, unpinParts }
 * })
 * for await (const { name, cid } of add.add(entries, defaultAddParams())) console.log(name, cid?.toString())
 */
import { ContentAdder } from './content-adder.ts'
import type { Adder, AdderComponents } from './interface.ts'

export { ipfsSink } from './ipfs-sink.ts'
export type { Adder, AdderComponents, BlockSink, ShardComponents, SinkOptions } from './interface.ts'
export type { IpfsSinkInit } from './ipfs-sink.ts'

export function adder(): (components: AdderComponents) => Adder {
  return (components) => new ContentAdder(components)
}
