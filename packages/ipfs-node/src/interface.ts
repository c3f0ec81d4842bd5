import type { Profile } from './repo/config.ts'

/** Options of a node. Where one is left out, the configuration in the repo counts. */
export interface IpfsNodeInit {
  /** Folder of the node, made when there is none. One node at a time can have it. */
  repo: string
  /** With whom the node talks; for a new repo `loopback` by default. */
  profile?: Profile
  /** Multiaddr of the RPC; port 0 takes any free one. */
  api?: string
  /** Multiaddr of the gateway; empty for none. */
  gateway?: string
  /** Multiaddrs for other nodes. */
  swarm?: readonly string[]
  /**
   * Addresses of the name servers that are asked for DNSLinks, such as `1.2.3.4` or `1.2.3.4:53`; those of the system when
   * absent. Only a node that is online asks.
   */
  dns?: readonly string[]
  /** Bytes of a file of blocks; for tests of what happens when there are many. */
  segmentSize?: number
  /** Called with what an operator should know, a sentence at a time. */
  log?: (message: string) => void
  /** Bytes that are left free on the disk. Below that the node takes no more blocks and says that the disk is full. */
  diskReserve?: number
}

/** A running node. */
export interface IpfsNode {
  readonly peerId: string
  /** Where the RPC listens. */
  readonly apiMultiaddr: string
  /** Where the gateway listens, empty when there is none. */
  readonly gatewayMultiaddr: string
  /** Addresses for other nodes, with this node's id; none when it is offline. */
  readonly swarmMultiaddrs: string[]
  /** Ends all requests, and resolves when everything is on disk and the repo is free for another node. */
  stop(): Promise<void>
}
