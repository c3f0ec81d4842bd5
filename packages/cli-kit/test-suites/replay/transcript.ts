import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * One run of a program of the Go release v1.1.6: what it was given, and what it did. Values that differ from run to run
 * (peer IDs, ports, folders) stand as placeholders such as `$PEER0`.
 */
export interface Transcript {
  readonly name: string
  /** With the name of the program first. */
  readonly argv: readonly string[]
  readonly stdin: string
  readonly env: Readonly<Record<string, string>>
  /** `$FIX` when absent. */
  readonly cwd?: string
  readonly stdout: string
  readonly stderr: string
  readonly exit_code: number
  /** Regular expressions of what may differ. */
  readonly volatile: readonly string[]
  readonly match: { readonly stdout: StdoutMatch; readonly stderr: 'reference' | 'pattern' | 'last-line' }
  /** False: the Go program never ended. */
  readonly replay?: boolean
  /** Files that are there before the run. */
  readonly files_before?: readonly { readonly path: string; readonly content: string }[]
  readonly files_after?: readonly { readonly path: string; readonly mode: string }[]
  /** Text of files after the run, with placeholders. */
  readonly content_after?: Readonly<Record<string, string>>
  /** What to wait for, in seconds or as a pattern in the output, and the number of the signal that follows. */
  readonly signals?: readonly (readonly [wait: number | string, signal: number | string])[]
}

/** How standard output is compared. */
export type StdoutMatch =
  | 'exact'
  | 'lines-any-order'
  | 'blocks-any-order'
  | 'json-stream-any-order'
  | 'json-array-any-order'
  | 'pattern'
  | 'reference'

/** Values by their placeholder: `{ $PEER0: '12D3KooW...' }`. */
export type Placeholders = Readonly<Record<string, string>>

/** What absent values are recorded as. */
interface Recorded extends Omit<Transcript, 'stdin' | 'env' | 'cwd'> {
  readonly stdin: string | null
  readonly env: Transcript['env'] | null
  readonly cwd?: string | null
}

/**
 * The transcripts of a package, in the order in which they were made: they build on each other.
 *
 * @param tests - the folder of its tests
 * @param name - of the file in `fixtures` there
 */
export function readTranscripts(tests: string, name: string): Transcript[] {
  const text = readFileSync(join(tests, 'fixtures', `${name}.json`), 'utf8')
  const { transcripts } = JSON.parse(text) as { transcripts: Recorded[] }
  return transcripts.map(({ stdin, env, cwd, ...rest }) => ({
    ...rest,
    stdin: stdin ?? '',
    env: env ?? {},
    ...(typeof cwd === 'string' && { cwd })
  }))
}

/** Puts values in place of placeholders, the longer ones first. */
export function fillIn(text: string, placeholders: Placeholders): string {
  return byLength(Object.keys(placeholders)).reduce((all, key) => all.replaceAll(key, placeholders[key] ?? ''), text)
}

/** Puts placeholders in place of values, the longer ones first. */
export function abstractFrom(text: string, placeholders: Placeholders): string {
  const keys = new Map(Object.entries(placeholders).map(([key, value]) => [value, key]))
  return byLength([...keys.keys()]).reduce((all, value) => all.replaceAll(value, keys.get(value) ?? ''), text)
}

function byLength(texts: readonly string[]): string[] {
  return texts.filter((text) => text !== '').sort((a, b) => b.length - a.length)
}
