import { createReadStream } from 'node:fs'
import type { Io } from '@ipfs-cluster/cli-kit'
import { explainSystemError } from '../system-error.ts'

/** Longest line in UTF-16 units; a CID has some sixty. */
const MAX_LINE = 64 * 1024

/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** The bytes of a file; of standard input for `-`. */
export function openInput(path: string, { stdin }: Io): AsyncIterable<Uint8Array | string> {
  return path === '-' ? stdin : readFile(path)
}

async function* readFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array
  } catch (error) {
    throw explainSystemError(error, 'open', path)
  }
}

/** The lines that say something: not those that are empty, nor those that begin with `#`. */
export async function* readLines(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Line, void, void> {
  const decoder = new TextDecoder()
  let pending = ''
  let number = 0
  const lineOf = (text: string): Line => ({ number: ++number, text: text.trim() })
  for await (const chunk of source) {
    const lines = (pending + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n')
    pending = lines.pop() ?? ''
    if (pending.length > MAX_LINE) throw new Error(`line ${number + lines.length + 1} is too long`)
    for (const text of lines) {
      const line = lineOf(text)
      if (isMeant(line)) yield line
    }
  }
  const last = lineOf(pending + decoder.decode())
  if (isMeant(last)) yield last
}

function isMeant({ text }: Line): boolean {
  return text !== '' && !text.startsWith('#')
}
