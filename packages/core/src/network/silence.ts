import type { MessageStream, StreamMuxer } from '@libp2p/interface'
import { tapInput } from './tap.ts'

/** Looks in a row that find nothing come since the one before, after which the other side counts as silent. */
const MAX_QUIET_LOOKS = 2

/** What libp2p keeps to itself of a yamux muxer. */
interface Pinging {
  ping(): Promise<unknown>
}

/**
 * Ends a connection whose other side does not answer any more: it hangs, or the way to it is gone. libp2p asks as well,
 * but waits for the answer for ever, and with it everybody who reads from a stream of that connection.
 *
 * Whatever comes is a sign of life: an answer may wait behind megabytes on a slow way. The first question is asked at
 * once, since yamux learns from it how long the way is, and gives streams no larger window before it knows.
 *
 * @param interval - from one look, and question, to the next, in milliseconds
 */
export function endWhenSilent(muxer: StreamMuxer, connection: MessageStream, interval: number): void {
  const pinging = muxer as unknown as Pinging
  let quietLooks = 0
  const look = (): void => {
    if (quietLooks++ < MAX_QUIET_LOOKS) {
      // No end is set to the question: libp2p ends a connection when an answer comes that nobody waits for any more.
      pinging.ping().catch(() => {})
    } else {
      clearInterval(timer)
      connection.abort(new Error('the other peer does not answer any more'))
    }
  }
  const timer = setInterval(look, interval).unref()
  tapInput(connection, () => (quietLooks = 0))
  connection.addEventListener('close', () => clearInterval(timer), { once: true })
  look()
}
