import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds for what takes some seconds on a machine that has nothing else to do. */
const PATIENCE = 120_000

/**
 * Asks again until the answer is yes.
 *
 * @throws Error when that takes too long, so that no test leaves a loop behind
 */
export async function until(condition: () => Promise<boolean>, timeoutMs = PATIENCE): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`in vain for ${timeoutMs} ms: ${condition.toString()}`)
    await sleep(50)
  }
}
