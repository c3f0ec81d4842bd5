import type { DaemonInit } from './run.ts'
import { keepWasmSmall } from './wasm-flags.ts'

/**
 * Loads what runs a peer. Loading all that a peer is made of takes longer than a short command may.
 *
 * @returns `runDaemon`
 */
export async function loadDaemon(): Promise<(init: DaemonInit) => Promise<number>> {
  keepWasmSmall()
  return (await import('./run.ts')).runDaemon
}
