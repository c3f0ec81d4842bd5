import type { MessageStream, StreamMuxer } from '@libp2p/interface'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions } from '../util/startable.ts'

/** How a connection is watched, in milliseconds. */
export interface SilenceInit {
  /** From one question to the next. */
  interval: number
  /** For the answer. */
  patience: number
}

/** What libp2p keeps to itself of a yamux muxer. */
interface Pinging {
  ping(options: AbortOptions): Promise<unknown>
}

/**
 * Ends a connection whose other side does not answer any more: it hangs, or the way to it is gone. libp2p asks as well,
 * but waits for the answer for ever, and with it everybody who reads from a stream of that connection. It is asked twice,
 * since it may be this peer that had no time to hear the answer.
 */
export function endWhenSilent(
  muxer: StreamMuxer,
  connection: MessageStream,
  { interval, patience }: SilenceInit
): void {
  const pinging = muxer as unknown as Pinging
  const ask = (): Promise<unknown> => pinging.ping({ signal: AbortSignal.timeout(patience) })
  const watch = new RepeatingTask({
    interval,
    delay: interval,
    run: async () => void (await ask().catch(ask)),
    onError: () => connection.abort(new Error('the other peer does not answer any more'))
  })
  watch.start()
  connection.addEventListener('close', () => void watch.stop(), { once: true })
}
