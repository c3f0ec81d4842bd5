import { TransportError } from '@ipfs-cluster/client'
import type { ClusterClient } from '@ipfs-cluster/client'
import type { Item } from './item.ts'

/** Milliseconds for which a peer may be silent in the middle of a list: its IPFS node may have many pins to tell of. */
const SILENCE_LIMIT = 60_000

/**
 * The pinset of a peer that runs, in its order. However long a reader takes, the list goes on then.
 *
 * @param limit - milliseconds for which the peer may be silent
 * @throws ApiError, TransportError
 */
export async function* runningPinset(
  client: Pick<ClusterClient, 'statusAll'>,
  limit: number = SILENCE_LIMIT
): AsyncGenerator<Item, void, undefined> {
  const silence = new AbortController()
  const giveUp = (): void => silence.abort(new TransportError('ERR_TIMEOUT', `no answer for ${limit / 1000} s`))
  let timer = setTimeout(giveUp, limit)
  try {
    for await (const { cid, name, peerMap } of client.statusAll(0, { local: true, signal: silence.signal })) {
      clearTimeout(timer)
      const [own] = Object.values(peerMap)
      yield { cid, name, status: own?.status ?? 'undefined', error: own?.error ?? '' }
      timer = setTimeout(giveUp, limit)
    }
  } finally {
    clearTimeout(timer)
  }
}
