import { readFile } from 'node:fs/promises'

/** A file under `test/fixtures/wire`: bytes and transcripts that a Go peer v1.1.6 made. */
export async function readVector<T>(name: string): Promise<T> {
  return JSON.parse(await readVectorText(name)) as T
}

export function readVectorText(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/wire/${name}`, import.meta.url), 'utf8')
}
