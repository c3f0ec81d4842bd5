import type { CID } from 'multiformats/cid'

/** An item of the pinset, and how it fares on this peer. */
export interface Item {
  readonly cid: CID
  readonly name: string
  /** A status as `ipfs-cluster-ctl` has them, or `offline` when the peer does not run. */
  readonly status: string
  /** Why it is not pinned; empty when there is nothing to say. */
  readonly error: string
}

/** Width of the column of the status. */
const STATUS_WIDTH = 20

/** A line of the list, as the Go release prints it. */
export function formatItem({ cid, name, status, error }: Item): string {
  const reason = error === '' ? '' : ` (${error})`
  return `${status.padEnd(STATUS_WIDTH)} ${cid.toString()} ${name}${reason}`
}
