import type { ServerResponse } from 'node:http'

/** Writes to a response, waiting while its reader is slower. @throws Error when the reader is gone */
export async function write(response: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  if (response.destroyed) throw new Error('the client went away')
  if (!response.write(chunk)) await drained(response)
}

/** Writes all that a source has; a source that is left early is told so. */
export async function writeAll(response: ServerResponse, source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of source) await write(response, chunk)
}

/** Resolves when a response takes more, or its reader is gone. */
export async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
