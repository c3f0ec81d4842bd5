import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { earlierPeers, earlierSecret, peerFolder, peerName } from './folders.ts'
import { QuickstartPeer } from './peer.ts'
import type { Ports } from './ports.ts'

/** How long the peers may take to find one another, which takes less than a second as a rule. */
const JOIN_LIMIT = 30_000

/** Metrics without which a peer gets no pins. */
const NEEDED_METRICS = ['freespace', 'tag:group']

/** The peers that `npm start` runs: one cluster, joined by one secret. */
export class QuickstartCluster {
  readonly peers: readonly QuickstartPeer[]
  /** The one that things are added on. */
  readonly first: QuickstartPeer
  readonly #folder: string

  /**
   * @param ports - one set for each peer
   * @throws Error when there are none
   */
  constructor(folder: string, ports: readonly Ports[]) {
    this.peers = ports.map((each, index) => new QuickstartPeer(peerName(index), peerFolder(folder, index), each))
    const [first] = this.peers
    if (first === undefined) throw new Error('a cluster has one peer at least')
    this.first = first
    this.#folder = folder
  }

  /** What becomes of the peers of an earlier run, and which are made now. */
  describe(shownFolder: string): string[] {
    const earlier = earlierPeers(this.#folder)
    const [present, missing] = [true, false].map((state) => this.#named((peer) => peer.exists === state))
    const idle = earlier.filter((name) => !this.peers.some((peer) => peer.name === name))
    const lines: string[] = []
    if (present !== '') lines.push(`Starting ${present} of an earlier run in ${shownFolder}`)
    if (missing !== '') lines.push(`Making ${missing} in ${shownFolder}`)
    if (idle.length > 0) {
      const count = Math.max(...idle.map((name) => Number(name.slice('peer'.length))))
      lines.push(`Not started: ${idle.join(', ')} of an earlier run (npm start -- --peers ${count} starts all)`)
    }
    return lines
  }

  /**
   * Makes the peers that are not there, starts all, and waits until each knows all the others.
   *
   * @throws Error that names the peer that does not start, or has not joined in time
   */
  async start(signal: AbortSignal): Promise<void> {
    const secret = earlierSecret(this.#folder) ?? randomBytes(32).toString('hex')
    const missing = this.peers.filter(({ exists }) => !exists)
    await Promise.all(missing.map((peer) => peer.init(secret, signal)))
    const addresses = this.peers.map(({ swarmAddress }) => swarmAddress)
    await Promise.all(
      this.peers.map((peer) =>
        peer.start(
          addresses.filter((address) => address !== peer.swarmAddress),
          signal
        )
      )
    )
    await Promise.race([this.#joined(signal), this.failed()])
  }

  /** Rejects when one of the peers ends by itself. */
  async failed(): Promise<never> {
    return await Promise.race(this.peers.map((peer) => peer.failed()))
  }

  /** Stops all peers and gives the first exit code that is not 0. */
  async stop(): Promise<number> {
    const codes = await Promise.all(this.peers.map((peer) => peer.stop()))
    return codes.find((code) => code !== 0) ?? 0
  }

  nameOf(id: string): string {
    return this.peers.find((peer) => peer.id === id)?.name ?? id
  }

  async #joined(signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(JOIN_LIMIT)
    for (const peer of this.peers) {
      while (!(await this.#knowsAll(peer, signal))) {
        if (limit.aborted) throw new Error(`${peer.name} does not see the other peers: see ${peer.logFile}`)
        await sleep(100, undefined, { signal })
      }
    }
  }

  async #knowsAll({ client }: QuickstartPeer, signal: AbortSignal): Promise<boolean> {
    for (const name of NEEDED_METRICS) {
      const peers = new Set((await client.metrics(name, { signal })).map(({ peer }) => peer))
      if (peers.size < this.peers.length) return false
    }
    return true
  }

  #named(matches: (peer: QuickstartPeer) => boolean): string {
    return listed(this.peers.filter(matches).map(({ name }) => name))
  }
}

/** Names as one says them: `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
