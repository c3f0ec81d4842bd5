import { setTimeout as delay } from 'node:timers/promises'
import type { Multiaddr } from '@ipfs-cluster/api'
import { ipfsHttp } from '@ipfs-cluster/core/ipfs'
import { withTimeout } from '@ipfs-cluster/core/util'
import type { AbortOptions } from '@ipfs-cluster/core/util'

/** Milliseconds between two questions to a node that does not answer. */
const PAUSE = 1000

/** Questions after which the user is told again what is waited for. */
const QUESTIONS_PER_LINE = 10

/** Milliseconds that one question may take. */
const QUESTION_LIMIT = 30_000

/** Whether an IPFS node answers at an address within that many milliseconds. */
export async function answers(address: Multiaddr, limit: number, { signal }: AbortOptions = {}): Promise<boolean> {
  const ipfs = ipfsHttp({ nodeMultiaddress: address })({})
  try {
    await ipfs.id({ signal: withTimeout(limit, signal) })
    return true
  } catch {
    return false
  } finally {
    await ipfs.stop?.()
  }
}

/**
 * Waits until an IPFS node answers.
 *
 * @param tell - is given a line at first, and again now and then
 * @returns whether it did before the signal aborted
 */
export async function waitForIpfs(
  address: Multiaddr,
  tell: (line: string) => void,
  signal: AbortSignal
): Promise<boolean> {
  for (let question = 0; !signal.aborted; question++) {
    if (question % QUESTIONS_PER_LINE === 0) tell(`waiting for IPFS to become available on ${address}...`)
    if (await answers(address, QUESTION_LIMIT, { signal })) return true
    await delay(PAUSE, undefined, { signal }).catch(() => {})
  }
  return false
}
