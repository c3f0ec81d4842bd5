import { LineBuffer, putStoredPin } from '../codec/index.ts'
import type { ListOptions, PinState, StoredPin } from './interface.ts'

/** Bytes of an export that are handed on together. */
const CHUNK_SIZE = 64 * 1024

export interface ExportOptions extends ListOptions {
  /** Hears of each pin that is left out because its bytes are damaged. One of them must not hide all the others. */
  onUnreadable?(key: string, cause: unknown): void
}

/**
 * The export file: a JSON line for each pin, in the order of their keys, in pieces of many lines. Nothing for an empty
 * pinset. Times are shown in the local zone of this process (wire format of the Go release v1.1.6).
 */
export async function* exportState(state: PinState, options: ExportOptions = {}): AsyncGenerator<string> {
  const lines = new LineBuffer()
  for await (const pins of state.listStored(options)) {
    for (const pin of pins) putLine(lines, pin, options)
    if (lines.length >= CHUNK_SIZE) yield lines.take()
  }
  if (lines.length > 0) yield lines.take()
}

function putLine(lines: LineBuffer, { key, value }: StoredPin, options: ExportOptions): void {
  const start = lines.length
  try {
    putStoredPin(lines, key, value)
  } catch (cause) {
    lines.truncate(start)
    options.onUnreadable?.(key, cause)
  }
}
