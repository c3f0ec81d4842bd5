import { JsonObjects } from './json-objects.ts'
import { answeredCid, malformed } from './kubo-error.ts'
import { parseObjects } from './kubo-rpc.ts'
import type { IpfsPin, IpfsPinStatus } from './interface.ts'

/** An object of the answer of `pin/ls`: a pin, or a member of the map that older nodes answer with. */
export type PinLsObject = Readonly<Record<string, string | { Type?: string } | undefined>>

/**
 * Reads one; undefined when it says nothing of a pin.
 *
 * @throws ClusterError `ERR_IPFS` when what should be a CID is none
 */
export function toIpfsPin(path: string, object: PinLsObject): IpfsPin | undefined {
  if (typeof object.Cid === 'string') {
    return { cid: answeredCid(path, object.Cid), status: toStatus(object.Type) }
  }
  for (const [cid, value] of Object.entries(object)) {
    if (typeof value === 'object') return { cid: answeredCid(path, cid), status: toStatus(value.Type) }
  }
  return undefined
}

/**
 * The first pin of a whole answer.
 *
 * @throws ClusterError `ERR_IPFS` when there is none
 */
export function pinIn(path: string, answer: Uint8Array): IpfsPin {
  for (const object of parseObjects<PinLsObject>(path, new JsonObjects(), answer)) {
    const pin = toIpfsPin(path, object)
    if (pin !== undefined) return pin
  }
  throw malformed(path, 'no pin')
}

/** Whether a pin that is to reach that deep is there, given how the node holds the CID. */
export function isPinnedAs(status: IpfsPinStatus, maxDepth: number): boolean {
  return status === (maxDepth === 0 ? 'direct' : 'recursive')
}

/** A node words an indirect pin as `indirect through <cid>`. */
function toStatus(type: unknown): IpfsPinStatus {
  if (typeof type !== 'string') return 'bug'
  if (type.startsWith('indirect')) return 'indirect'
  if (type.startsWith('recursive')) return 'recursive'
  return type === 'direct' ? 'direct' : 'bug'
}
