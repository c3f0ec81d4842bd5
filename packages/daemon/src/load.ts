import { setFlagsFromString } from 'node:v8'
import type { DaemonInit } from './run.ts'

/**
 * Of V8. WebAssembly is compiled once, quickly. And the heap may grow by half of what lives in it, where V8 would let it
 * grow to several times that: a list of a million pins then takes 20 MiB more instead of 100, and some 15 % longer.
 */
const FLAGS = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering', '--heap-growing-percent=50']

/**
 * Loads what runs a peer. Loading all that a peer is made of takes longer than a short command may.
 *
 * WebAssembly stays as it is first compiled: here that is the parser of the HTTP client, and to optimise it costs a peer
 * 20 MiB. It must be said before that is loaded; but as an option of Node it would make every command slower, since V8
 * then compiles all of Node's own code anew instead of taking what was compiled before.
 *
 * @returns `runDaemon`
 */
export async function loadDaemon(): Promise<(init: DaemonInit) => Promise<number>> {
  for (const flag of FLAGS) setFlagsFromString(flag)
  return (await import('./run.ts')).runDaemon
}
