import { setFlagsFromString } from 'node:v8'

/** WebAssembly is compiled once, quickly. */
const WASM_FLAGS = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']

/**
 * WebAssembly stays as it is first compiled: here that is the parser of the HTTP client, and to optimise it costs a peer
 * 20 MiB. It must be said before that is loaded; but as an option of Node it would make every command slower, since V8
 * then compiles all of Node's own code anew instead of taking what was compiled before.
 */
export function keepWasmSmall(): void {
  for (const flag of WASM_FLAGS) setFlagsFromString(flag)
}
