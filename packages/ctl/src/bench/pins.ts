import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'

const RAW = 0x55
const IDENTITY = 0x00

/** CIDs that hold their own few bytes: every IPFS node has them, so that pinning them is the work of the cluster alone. */
export function benchCids(count: number): CID[] {
  const run = crypto.randomUUID()
  const encoder = new TextEncoder()
  return Array.from({ length: count }, (_, i) => CID.createV1(RAW, create(IDENTITY, encoder.encode(`${run} ${i}`))))
}
