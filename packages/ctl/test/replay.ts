import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Transcripts of the Go release v1.1.6: what its command-line programs were given and what they answered. Values that
 * differ from run to run (peer IDs, ports, folders) stand as placeholders such as `$PEER0`.
 */
export interface Transcript {
  readonly name: string
  readonly note: string | null
  /** The program's name first. */
  readonly argv: readonly string[]
  readonly stdin: string | null
  readonly env: Readonly<Record<string, string>> | null
  /** `$FIX` when absent. */
  readonly cwd: string | null
  readonly stdout: string
  readonly stderr: string
  readonly exit_code: number
  /** Regular expressions of what may differ. */
  readonly volatile: readonly string[]
  readonly match: { readonly stdout: StdoutMatch; readonly stderr: 'reference' | 'pattern' | 'last-line' }
  /** False: the Go program never ended. */
  readonly replay?: boolean
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

/** What a program answered. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Values by their placeholder: `{ $PEER0: '12D3KooW...' }`. */
export type Placeholders = Readonly<Record<string, string>>

export function loadTranscripts(name: string): Transcript[] {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8')
  return (JSON.parse(text) as { transcripts: Transcript[] }).transcripts
}

/** Puts values in place of placeholders. */
export function fillIn(text: string, placeholders: Placeholders): string {
  return byLength(Object.keys(placeholders)).reduce((all, key) => all.replaceAll(key, placeholders[key] ?? ''), text)
}

/** Puts placeholders in place of values. */
export function abstractFrom(text: string, placeholders: Placeholders): string {
  const keys = new Map(Object.entries(placeholders).map(([key, value]) => [value, key]))
  return byLength([...keys.keys()]).reduce((all, value) => all.replaceAll(value, keys.get(value) ?? ''), text)
}

/** In what an outcome differs from the transcript; nothing when it is a good answer. */
export function differences(transcript: Transcript, outcome: Outcome, placeholders: Placeholders): string[] {
  const found: string[] = []
  if (outcome.status !== transcript.exit_code) {
    found.push(`exit status ${outcome.status}, not ${transcript.exit_code}\n${outcome.stdout}${outcome.stderr}`)
  }
  const expected = settle(transcript.stdout, transcript.volatile)
  const actual = settle(abstractFrom(outcome.stdout, placeholders), transcript.volatile)
  if (!sameOutput(expected, actual, transcript)) found.push(`stdout\n${actual}\ninstead of\n${expected}`)
  if (!sameComplaint(transcript, abstractFrom(outcome.stderr, placeholders))) {
    found.push(`stderr\n${outcome.stderr}\ninstead of\n${transcript.stderr}`)
  }
  return found
}

function byLength(texts: readonly string[]): string[] {
  return texts.filter((text) => text !== '').sort((a, b) => b.length - a.length)
}

function settle(text: string, patterns: readonly string[]): string {
  return patterns.reduce((all, pattern) => all.replace(new RegExp(pattern, 'g'), '<volatile>'), text)
}

function sameOutput(expected: string, actual: string, { match, exit_code: status }: Transcript): boolean {
  if (match.stdout === 'reference') return true
  if (isJson(actual) && !isIndented(actual)) return false
  if (status === 2 && isErrorReport(expected)) return sameError(expected, actual)
  if (match.stdout === 'pattern') return sameShape(expected, actual)
  // Lists sorted by peer ID depend on the IDs of the run, and so does the order of items: compare the lines as a set.
  return (
    expected === actual ||
    (sortedLines(expected) === sortedLines(actual) &&
      (mayVary(match.stdout) || /\$PEER| {4}> (peer|<volatile>)/.test(expected)))
  )
}

function mayVary(mode: StdoutMatch): boolean {
  return mode !== 'exact'
}

function sortedLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/,$/, ''))
    .sort()
    .join('\n')
}

/** Texts of errors that come from libraries may differ; these are the cluster's own. */
const OWN_ERRORS = /unauthorized: |pin is not part of the pinset|larger than max|must be -1|is not|not enough peers/

function isErrorReport(text: string): boolean {
  return /^(An error occurred:|\{\n {4}"code")/m.test(text)
}

function sameError(expected: string, actual: string): boolean {
  if (OWN_ERRORS.test(expected)) return expected === actual
  const code = /(?:Code|"code"): (\d+)/
  return code.exec(expected)?.[1] === code.exec(actual)?.[1] && isErrorReport(actual)
}

/** Each line looks like one of the expected ones, words with digits in them aside. */
function sameShape(expected: string, actual: string): boolean {
  const shape = (line: string): string =>
    line
      .replace(/[\w./:$-]*\d[\w./:$-]*/g, '#')
      .replace(/ +/g, ' ')
      .replace(/,$/, '')
  const shapes = new Set(expected.split('\n').map(shape))
  return actual.split('\n').every((line) => shapes.has(shape(line)))
}

function isJson(text: string): boolean {
  return /^[{[]/.test(text)
}

/** Whether documents are printed one after another, with four spaces a level. */
function isIndented(text: string): boolean {
  return text.split('\n').every((line) => /^(?: {4})*(?:[}\]],?|[{[]|(?:"(?:[^"\\]|\\.)*": )?(?:[^ ].*))?$/.test(line))
}

/** The line that names what failed: `error WHAT:`, or the constant text where there is no such prefix. */
function sameComplaint({ match, stderr }: Transcript, actual: string): boolean {
  if (match.stderr !== 'last-line') return true
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.includes('\t'))
  return complaints.every((line) => {
    const prefix = /^error [^:]*:/.exec(line)?.[0] ?? line
    return actual.split('\n').some((other) => other.startsWith(prefix))
  })
}
