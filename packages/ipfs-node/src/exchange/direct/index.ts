/**
 * @packageDocumentation
 *
 * Blocks between nodes of this program, by a protocol of our own: several times as fast as Bitswap, which stays for
 * all other nodes and for what nobody who speaks this has.
 *
 * @example
 * const direct = new DirectExchange({ libp2p, store })
 * await direct.start()
 * const bytes = await direct.fetch(cid, signal) // undefined: ask by Bitswap
 *
 * ## The protocol `/ipfscluster-ts/blocks/1.0.0`
 *
 * It is used only with nodes whose identify offers it, and nothing depends on it. All protocols of our own are named
 * `/ipfscluster-ts/<subject>/<version>`; what an old node would misunderstand gets a new version, and a node may offer
 * several. Messages are protobuf, each behind its length as a varint; unknown fields are passed over.
 *
 * ```proto
 * message Wants {                  // from the asker, as many as it likes, up to 64 KiB each
 *   repeated bytes cids = 1;
 * }
 * message Answer {                 // one for each CID, in the order of the CIDs, up to 2 MiB and 64 bytes
 *   uint32 status = 1;             // 1 block, 2 not here, 3 no time: ask somebody else, or later
 *   bytes block = 2;
 * }
 * ```
 *
 * - The asker walks the DAG, and the server looks blocks up, so the order is that of the asker's pin: nothing that the
 *   asker has is sent, an interrupted pin goes on where it was, the wants are shared out among all nodes that have the
 *   DAG, and no request makes the server walk.
 * - An asker has at most 256 wants without an answer. So neither side ever holds more than these, and an asker that
 *   asks no more holds the server up.
 * - An answer belongs to the want whose turn it is, and its bytes must have the hash of that CID. A node that sends
 *   anything else is left alone for ten minutes.
 * - The next answer must be there within 30 seconds. A stream without wants is closed by the asker after 5 seconds, and
 *   by the server after a minute.
 */
export { BLOCKS_PROTOCOL } from './defaults.ts'
export { DirectExchange } from './exchange.ts'
export type { DirectComponents } from './exchange.ts'
