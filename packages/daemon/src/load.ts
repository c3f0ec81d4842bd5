import { setFlagsFromString } from 'node:v8'
import type { DaemonInit } from './run.ts'

/** WebAssembly is compiled once, quickly. */
const WASM_FLAGS = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']

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
  for (const flag of WASM_FLAGS) setFlagsFromString(flag)
  return (await import('./run.ts')).runDaemon
}
