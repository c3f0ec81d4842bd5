import { readContent } from './content.ts'
import type { AddContent } from './content.ts'

/** A file, a folder or a symbolic link that is added. */
export type AddEntry = AddedFile | AddedDirectory | AddedSymlink

interface NamedEntry {
  /** Path below what is added, with slashes: `photos/2026/a.jpg`. Empty for content without a name. */
  readonly name: string
}

export interface AddedFile extends NamedEntry {
  readonly type: 'file'
  readonly content: AddContent
  /** Where the peer can read the content itself, for `noCopy`: a URL. */
  readonly source?: string
}

/** Stands before its content. A folder that only holds others needs no entry of its own, an empty one does. */
export interface AddedDirectory extends NamedEntry {
  readonly type: 'directory'
}

export interface AddedSymlink extends NamedEntry {
  readonly type: 'symlink'
  readonly target: string
}

const CONTENT_TYPES: Readonly<Record<AddEntry['type'], string>> = {
  file: 'application/octet-stream',
  directory: 'application/x-directory',
  symlink: 'application/symlink'
}

/** A boundary that no content can be expected to hold. */
export function newBoundary(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

/**
 * Entries as a body of type `multipart/form-data`, with names as the Go release writes them. Each file is opened when
 * its turn comes and read as fast as the receiver takes it.
 */
export async function* encodeMultipart(
  entries: AsyncIterable<AddEntry> | Iterable<AddEntry>,
  boundary: string
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder()
  let separator = `--${boundary}\r\n`
  for await (const entry of entries) {
    yield encoder.encode(separator + partHead(entry))
    if (entry.type === 'file') yield* readContent(entry.content)
    if (entry.type === 'symlink') yield encoder.encode(entry.target)
    separator = `\r\n--${boundary}\r\n`
  }
  yield encoder.encode(`\r\n--${boundary}--\r\n`)
}

function partHead(entry: AddEntry): string {
  const lines = [
    `Content-Disposition: form-data; name="file"; filename="${encodeURIComponent(entry.name)}"`,
    `Content-Type: ${CONTENT_TYPES[entry.type]}`
  ]
  if (entry.type === 'file' && entry.source !== undefined) lines.push(`Abspath: ${encodeURI(entry.source)}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
