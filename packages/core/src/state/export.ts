import { encodePinLine } from '@ipfs-cluster/api'
import type { ListOptions, PinState } from './interface.ts'

/** Characters of an export that are handed on together. */
const CHUNK_SIZE = 64 * 1024

/**
 * The export file: a JSON line for each pin, in the order of their keys, in pieces of many lines. Nothing for an empty
 * pinset. Times are shown in the local zone of this process (wire format of the Go release v1.1.6).
 */
export async function* exportState(state: PinState, options: ListOptions = {}): AsyncGenerator<string> {
  let text = ''
  for await (const pin of state.list(options)) {
    text += encodePinLine(pin)
    if (text.length >= CHUNK_SIZE) {
      yield text
      text = ''
    }
  }
  if (text !== '') yield text
}
