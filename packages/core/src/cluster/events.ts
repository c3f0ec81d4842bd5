import type { PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { PinTrackerEvents } from '../pintracker/index.ts'

/** What happens in a peer, for those who show it. */
export interface ClusterEvents extends PinTrackerEvents {
  /** The peer is READY. */
  ready: { peerId: PeerId; ipfsId: PeerId }
  /** The pinset has this pin, new or changed, made here or on another peer. */
  'pin:put': { pin: Pin }
  /** The pinset has this CID no more. */
  'pin:delete': { cid: CID }
}
