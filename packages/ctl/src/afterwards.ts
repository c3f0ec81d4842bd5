import type { Pin } from '@ipfs-cluster/api'
import type { FlagValues } from '@ipfs-cluster/cli-kit'
import type { ClusterClient } from '@ipfs-cluster/client'
import type { afterwardsFlags } from './flags.ts'
import type { LiveLine } from './output/live-line.ts'
import type { Output } from './output/output.ts'
import { pinPrinter } from './output/pin.ts'
import { statusPrinter } from './output/status.ts'
import type { WaitTarget } from './wait.ts'

/** What the command line says of what follows a change. */
export interface Afterwards {
  readonly flags: FlagValues<typeof afterwardsFlags>
  readonly given: ReadonlySet<string>
  readonly target: WaitTarget
  /** Where it is shown how far the peers are. */
  readonly line: LiveLine
}

/** Waits if asked to, and prints how a pin fares after it was made or removed. */
export async function showOutcome(
  client: ClusterClient,
  output: Output,
  pin: Pin,
  afterwards: Afterwards
): Promise<void> {
  const { flags, target, line } = afterwards
  if (flags['no-status'] && !flags.wait) {
    output.print(pinPrinter, pin)
    return
  }
  const { settledStatus, waitFor } = await import('./wait.ts')
  const waited = flags.wait
    ? await waitFor(client, pin.cid, { target, limit: limitOf(pin, afterwards), timeout: flags['wait-timeout'], line })
    : undefined
  if (flags['no-status']) output.print(pinPrinter, pin)
  else output.print(statusPrinter, waited ?? (await settledStatus(client, pin.cid, target)))
}

function limitOf(pin: Pin, { flags, given, target }: Afterwards): number {
  if (given.has('wait-limit')) return flags['wait-limit']
  return target === 'pinned' ? pin.replicationFactorMin : 0
}
