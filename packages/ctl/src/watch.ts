import { setTimeout as sleep } from 'node:timers/promises'
import { cidToText, parseCid, TrackerStatusBits } from '@ipfs-cluster/api'
import type { GlobalPinInfo, StatusFilter } from '@ipfs-cluster/api'
import { ExitError } from '@ipfs-cluster/cli-kit'
import { ApiError } from '@ipfs-cluster/client'
import type { ClusterClient, EventsOptions, LocalOptions } from '@ipfs-cluster/client'
import type { CID } from 'multiformats/cid'

/** Milliseconds between two questions for the same items. */
const PAUSE = 1000
/** Milliseconds in which changes are collected, since one change seldom comes alone. */
const COLLECT = 200
/** Changed items that are asked for one by one; when there are more the whole list is asked for. */
const MAX_CHANGED = 1000

/** How these items fare, and again each time that is something else. Never ends. */
export async function* watchItems(
  client: ClusterClient,
  cids: readonly CID[],
  options: LocalOptions
): AsyncGenerator<GlobalPinInfo, void, void> {
  const known = new Map<string, string>()
  for (;;) {
    for await (const info of client.statusOf(cids, options)) {
      const cid = cidToText(info.cid)
      const state = stateOf(info)
      if (known.get(cid) !== state) yield info
      known.set(cid, state)
    }
    await sleep(PAUSE)
  }
}

function stateOf({ peerMap }: GlobalPinInfo): string {
  const states = Object.entries(peerMap).map(([peer, { status, error }]) => `${peer} ${status} ${error}`)
  return states.sort().join('\n')
}

/**
 * How the pinset fares, and then each item that changes, as the peer tells of it. Ends only with the connection.
 *
 * @param filter - only items that have one of these statuses on some peer; 0: all
 */
export async function* watchAll(
  client: ClusterClient,
  filter: StatusFilter,
  options: LocalOptions
): AsyncGenerator<GlobalPinInfo, void, void> {
  const changes = new Changes()
  const stop = new AbortController()
  const open = Promise.withResolvers<void>()
  const hearing = hear(client, changes, { signal: stop.signal, onOpen: open.resolve }).finally(open.resolve)
  try {
    // The list is read when changes are heard of, so that nothing is missed between the two.
    await open.promise
    for (;;) {
      const cids = await changes.take()
      if (cids === undefined) yield* client.statusAll(filter, options)
      else if (cids.length > 0) yield* select(client.statusOf(cids, options), filter)
    }
  } finally {
    stop.abort()
    await hearing
  }
}

async function hear(
  client: ClusterClient,
  changes: Changes,
  options: Pick<EventsOptions, 'signal' | 'onOpen'>
): Promise<void> {
  try {
    for await (const event of client.events({ types: ['pin:put', 'pin:delete', 'pin:status'], ...options })) {
      if (event.type === 'reset') changes.addAll()
      else if (event.type === 'pin:put') changes.add(event.pin.cid)
      else if (event.type === 'pin:delete' || event.type === 'pin:status') changes.add(event.cid)
    }
    changes.fail(new ExitError('error : the peer has ended the stream of events'))
  } catch (error) {
    const isUnknown = error instanceof ApiError && error.status === 404
    changes.fail(
      isUnknown ? new ExitError('error : this peer does not tell of changes: name the CIDs to watch') : error
    )
  }
}

async function* select(
  infos: AsyncIterable<GlobalPinInfo>,
  filter: StatusFilter
): AsyncGenerator<GlobalPinInfo, void, void> {
  for await (const info of infos) {
    const isWanted = Object.values(info.peerMap).some(({ status }) => (TrackerStatusBits[status] & filter) !== 0)
    if (filter === 0 || isWanted) yield info
  }
}

/** Items that have changed and are not yet shown: at first all of them. */
class Changes {
  readonly #cids = new Set<string>()
  #isAll = true
  #failure: { cause: unknown } | undefined
  #wake: (() => void) | undefined

  add(cid: CID): void {
    if (!this.#isAll) this.#cids.add(cidToText(cid))
    if (this.#cids.size > MAX_CHANGED) this.addAll()
    this.#wake?.()
  }

  addAll(): void {
    this.#isAll = true
    this.#cids.clear()
    this.#wake?.()
  }

  fail(cause: unknown): void {
    this.#failure = { cause }
    this.#wake?.()
  }

  /** Waits for changes; undefined when everything is to be shown. */
  async take(): Promise<CID[] | undefined> {
    if (!this.#isAll) await this.#changed()
    if (this.#failure !== undefined) throw this.#failure.cause
    if (this.#isAll) {
      this.#isAll = false
      return undefined
    }
    const cids = [...this.#cids].map(parseCid)
    this.#cids.clear()
    return cids
  }

  async #changed(): Promise<void> {
    if (this.#cids.size === 0 && this.#failure === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
      await sleep(COLLECT)
    }
  }
}
