import { setTimeout as sleep } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import { rawCid } from './cids.ts'
import type { Peer } from './peer.ts'

/** Pins over the REST API and resolves when that is acknowledged. */
export async function pin(peer: Peer, cid: CID | string, options: Record<string, string> = {}): Promise<void> {
  const query = new URLSearchParams(options).toString()
  const answer = await fetch(`${peer.rest}/pins/${cid.toString()}?${query}`, { method: 'POST' })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`pin ${query} failed: ${text}`)
}

/** Takes a pin back over the REST API and resolves when that is acknowledged. */
export async function unpin(peer: Peer, cid: CID | string): Promise<void> {
  const answer = await fetch(`${peer.rest}/pins/${cid.toString()}`, { method: 'DELETE' })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`unpin failed: ${text}`)
}

/** Makes that many pins, and gives their CIDs. */
export async function pinMany(peer: Peer, name: string, count: number): Promise<string[]> {
  const cids = Array.from({ length: count }, (_, index) => rawCid(`${name} ${index}`).toString())
  const waiting = [...cids]
  const work = async (): Promise<void> => {
    for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) await pin(peer, cid)
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return cids
}

/** The pinset as the peer prints it, a pin a line, in an order that is the same on all peers. */
export async function pinset(peer: Peer): Promise<string[]> {
  const text = await (await fetch(`${peer.rest}/allocations`)).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort()
}

/** The CIDs of the pinset. */
export async function pinnedCids(peer: Peer): Promise<Set<string>> {
  return new Set((await pinset(peer)).map((line) => (JSON.parse(line) as { cid: string }).cid))
}

/**
 * Resolves when the peers have the same pinset and all of these in it.
 *
 * @throws Error that says what is missing where, when the time has passed
 */
export async function alike(peers: readonly Peer[], cids: readonly string[], timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const sets = await Promise.all(peers.map(pinset))
    const texts = sets.map((set) => set.join('\n'))
    const complete = cids.every((cid) => texts.every((text) => text.includes(`"${cid}"`)))
    if (complete && texts.every((text) => text === texts[0])) return
    if (performance.now() > end) throw new Error(describe(peers, sets, cids))
    await sleep(100)
  }
}

/** Pins one after another until it is told to stop, by whichever peer takes the pin. */
export class PinStream implements AsyncDisposable {
  /** What was acknowledged, with the peer that did. */
  readonly acknowledged: { cid: string; by: Peer }[] = []
  readonly #done: Promise<void>
  #stopped = false

  constructor(peers: readonly Peer[], name: string) {
    this.#done = this.#run(peers, name)
  }

  async stop(): Promise<string[]> {
    this.#stopped = true
    await this.#done
    return this.acknowledged.map(({ cid }) => cid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #run(peers: readonly Peer[], name: string): Promise<void> {
    for (let count = 0; !this.#stopped; count++) {
      const peer = peers[count % peers.length]
      const cid = rawCid(`${name} ${count}`).toString()
      try {
        if (peer !== undefined) await pin(peer, cid)
        if (peer !== undefined) this.acknowledged.push({ cid, by: peer })
      } catch {
        // Not acknowledged: the peer is being replaced.
      }
      await sleep(10)
    }
  }
}

function describe(peers: readonly Peer[], sets: readonly string[][], cids: readonly string[]): string {
  const lines = peers.map((peer, index) => {
    const set = sets[index] ?? []
    const missing = cids.filter((cid) => !set.some((line) => line.includes(`"${cid}"`)))
    return `${peer.id} of ${peer.bins} has ${set.length}, ${missing.length} are missing: ${missing.slice(0, 3).join(' ')}`
  })
  return `the pinsets differ:\n${lines.join('\n')}`
}
