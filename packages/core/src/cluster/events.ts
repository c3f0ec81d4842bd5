import type { Alert, PeerId, Pin } from '@ipfs-cluster/api'
import type { CID } from 'multiformats/cid'
import type { PinTrackerEvents } from '../pintracker/index.ts'

/** What happens in a peer, for those who show it. */
export interface ClusterEvents extends PinTrackerEvents {
  /** The peer is READY. */
  ready: { peerId: PeerId; ipfsId: PeerId }
  /** The other members have taken this peer out of the cluster: it has no use any more, and is to be stopped. */
  removed: { peerId: PeerId }
  /** The pinset has this pin, new or changed, made here or on another peer. */
  'pin:put': { pin: Pin }
  /** The pinset has this CID no more. */
  'pin:delete': { cid: CID }
  /** A metric of a peer has expired without a successor. */
  alert: Alert
}
