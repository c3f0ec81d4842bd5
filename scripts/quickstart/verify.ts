import { createReadStream } from 'node:fs'
import type { Source, SourceFile } from './content.ts'

/**
 * Reads everything back through the gateway and compares it with the files it came from.
 *
 * @throws Error that names the first file that differs
 */
export async function verify(
  source: Source,
  cid: string,
  gateway: string,
  options: { signal: AbortSignal }
): Promise<void> {
  for (const file of source.files) {
    const path = source.isFolder ? file.name.slice(source.name.length) : ''
    await compare(file, `${gateway}/ipfs/${cid}${path.split('/').map(encodeURIComponent).join('/')}`, options)
  }
}

async function compare(file: SourceFile, url: string, options: { signal: AbortSignal }): Promise<void> {
  const answer = await fetch(url, options)
  if (!answer.ok || answer.body === null) {
    throw new Error(`the gateway answered ${answer.status} for ${file.name}: ${await answer.text()}`)
  }
  const theirs = new Reader(answer.body)
  for await (const chunk of createReadStream(file.path) as AsyncIterable<Buffer>) {
    const back = await theirs.take(chunk.length)
    if (!chunk.equals(back)) throw new Error(`${file.name} came back different from what was added`)
  }
  if (!(await theirs.atEnd())) throw new Error(`${file.name} came back longer than it was added`)
}

/** Gives the bytes of a stream in pieces of the length that is asked for. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** The next bytes; fewer than asked for at the end of the stream. */
  async take(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = []
    let missing = length
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#fill())) break
      const part = this.#rest.subarray(0, missing)
      this.#rest = this.#rest.subarray(part.length)
      missing -= part.length
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  async atEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#fill())
  }

  async #fill(): Promise<boolean> {
    const next = await this.#chunks.next()
    if (next.done === true) return false
    this.#rest = next.value
    return true
  }
}
