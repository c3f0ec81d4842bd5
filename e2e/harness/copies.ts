import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from './peer.ts'

/** Environment of peers that see to it that a pin has two to three copies, and soon. */
export const TWO_TO_THREE_COPIES: Record<string, string> = {
  CLUSTER_DISABLEREPINNING: 'false',
  // Ten processes on a small machine: a peer is not gone because it is slow.
  CLUSTER_MONITORPINGINTERVAL: '3s',
  CLUSTER_DISK_METRICTTL: '6s',
  CLUSTER_TAGS_METRICTTL: '6s',
  CLUSTER_PEERWATCHINTERVAL: '1s',
  CLUSTER_STATESYNCINTERVAL: '5s',
  CLUSTER_REPLICATIONFACTORMIN: '2',
  CLUSTER_REPLICATIONFACTORMAX: '3'
}

/** Writes a file like no other and adds it; gives its CID. */
export async function addRandomFile(peer: Peer, path: string, options: readonly string[] = []): Promise<string> {
  writeFileSync(path, randomBytes(300_000))
  const { code, stdout, stderr } = await peer.ctl('add', '--quieter', ...options, path)
  if (code !== 0) throw new Error(`add failed: ${stderr}`)
  return stdout.trim()
}

/** The copies of a pin, as the IPFS nodes themselves tell. */
export interface Copies {
  allocations: string[]
  /** IPFS nodes that run and have pinned the content. */
  held: number
  /** Those of them that are to. */
  live: number
}

/** Whose copies are looked at. */
export interface View {
  peers: readonly Peer[]
  /** Who is asked for the list of peers of a pin. */
  asked: Peer
  /** Whose IPFS node is asked before the others: what it has no more by then, others have when they are asked. */
  first?: Peer
}

export async function copiesOf(cid: string, { peers, asked, first }: View): Promise<Copies> {
  const isFirstHolder = first !== undefined && (await holds(first, cid))
  const others = peers.filter((peer) => peer !== first)
  const areHolders = await Promise.all(others.map(async (peer) => holds(peer, cid)))
  const holders = [...(isFirstHolder ? [first] : []), ...others.filter((_, index) => areHolders[index])]
  const answer = await fetch(`${asked.rest}/allocations/${cid}`)
  const { allocations = [] } = (await answer.json()) as { allocations?: string[] }
  return { allocations, held: holders.length, live: holders.filter(({ id }) => allocations.includes(id)).length }
}

/**
 * Resolves when all of the pins are as they should be.
 *
 * @throws Error that says which are not, when the time has passed
 */
export async function everyPin(
  cids: readonly string[],
  view: View,
  condition: (copies: Copies) => boolean,
  timeoutMs = 60_000
): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const all = await Promise.all(cids.map(async (cid) => ({ cid, copies: await copiesOf(cid, view) })))
    const others = all.filter(({ copies }) => !condition(copies))
    if (others.length === 0) return
    if (performance.now() > end) {
      const lines = others.map(({ cid, copies }) => `${cid} ${JSON.stringify(copies)}`)
      throw new Error(`in vain for ${timeoutMs} ms: ${condition.toString()}, not so:\n${lines.join('\n')}`)
    }
    await sleep(100)
  }
}

/** Whether the IPFS node of a peer has pinned a CID, by its own words; no when the peer does not run. */
async function holds(peer: Peer, cid: string): Promise<boolean> {
  while (peer.running) {
    try {
      const url = `${peer.ipfsRpc}/pin/ls?arg=${cid}&type=recursive`
      const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(5000) })
      await answer.text()
      return answer.status === 200
    } catch {
      // It is busy, or has just been started.
      await sleep(50)
    }
  }
  return false
}
