/**
 * Identity of a pubsub message as every peer of a cluster must compute it: the first 16 bytes of the sender's ID and the
 * sequence number. With any other identity, duplicates are not recognised and gossip asks in vain.
 *
 * @param from - binary peer ID of the sender; shorter ones are refused by the validator before they are forwarded
 */
export function messageId(from: Uint8Array, sequenceNumber: bigint): Uint8Array {
  const id = new Uint8Array(PREFIX + 8)
  id.set(from.subarray(0, PREFIX))
  new DataView(id.buffer).setBigUint64(PREFIX, sequenceNumber)
  return id
}

const PREFIX = 16
