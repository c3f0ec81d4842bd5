import { setTimeout as sleep } from 'node:timers/promises'

type Condition = () => boolean | Promise<boolean>

/** Milliseconds; long, since a machine may have other things to do, and nobody waits for it when all is well. */
const PATIENCE = 55_000

/**
 * Waits until something is so.
 *
 * @throws Error with the words, or else the condition, when that takes too long
 */
export async function until(...[what, condition]: [string, Condition] | [Condition]): Promise<void> {
  const isSo = typeof what === 'function' ? what : condition
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    if (await isSo?.()) return
    await sleep(2)
  }
  throw new Error(`waited in vain until ${what.toString()}`)
}
