import fc from 'fast-check'
import type { HostilePeer } from './hostile-peer.ts'

/** What is thrown at one protocol. */
export interface Attack {
  readonly name: string
  /** Each is one malformed or hostile input: it is thrown, and gives back when the target has had time to react. */
  readonly inputs: (seed: number, count: number) => readonly Input[]
}

export interface Input {
  /** What it is, for the message of a failure. */
  readonly what: string
  readonly throwIt: (peer: HostilePeer) => Promise<unknown>
}

/** Another one makes other inputs; it is part of the name of each test, and so of every failure. */
export const SEED = 20_26

/** Inputs that are under way at the same time. */
const AT_ONCE = 16

/**
 * Throws all inputs, several at a time.
 *
 * @param isAlive - asked now and then whether the target is still there
 * @throws Error that names the inputs after which it was not
 */
export async function attack(peer: HostilePeer, inputs: readonly Input[], isAlive: () => Promise<void>): Promise<void> {
  for (let at = 0; at < inputs.length; at += 4 * AT_ONCE) {
    const some = inputs.slice(at, at + 4 * AT_ONCE)
    await inParallel(some, ({ throwIt }) => throwIt(peer))
    try {
      await isAlive()
    } catch (cause) {
      const what = some.map((input) => input.what).join('\n  ')
      throw new Error(`the target is not there any more after:\n  ${what}`, { cause })
    }
  }
  peer.letGo()
}

/** The inputs of a seed: the same ones each time. */
export function sample<T>(arbitrary: fc.Arbitrary<T>, seed: number, count: number): T[] {
  return fc.sample(arbitrary, { seed, numRuns: count })
}

/** Bytes with a note. */
export function short(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 24)).toString('hex')
  return `${bytes.length} bytes ${hex}${bytes.length > 24 ? '...' : ''}`
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
