import { abstractFrom } from './transcript.ts'
import type { Placeholders, StdoutMatch, Transcript } from './transcript.ts'

/** What a run of our program gave. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * In what an outcome differs from the transcript; nothing when it is a good answer.
 *
 * The exit status is always compared, standard output as the transcript says, and of standard error the line that tells
 * why the program failed: its wording may be better than that of the Go release, its beginning may not differ.
 */
export function differences(transcript: Transcript, outcome: Outcome, placeholders: Placeholders): string[] {
  const found: string[] = []
  if (outcome.status !== transcript.exit_code) {
    found.push(`exit status ${outcome.status}, not ${transcript.exit_code}\n${outcome.stdout}${outcome.stderr}`)
  }
  const expected = settle(transcript.stdout, transcript.volatile)
  const actual = settle(abstractFrom(outcome.stdout, placeholders), transcript.volatile)
  if (!sameOutput(expected, actual, transcript)) found.push(`stdout\n${actual}\ninstead of\n${expected}`)
  const complaint = complaintOf(transcript)
  if (complaint !== undefined && !complains(abstractFrom(outcome.stderr, placeholders), complaint)) {
    found.push(`no line on stderr begins with ${JSON.stringify(complaint)}\n${outcome.stderr}`)
  }
  return found
}

function settle(text: string, patterns: readonly string[]): string {
  return patterns.reduce((all, pattern) => all.replace(new RegExp(pattern, 'g'), '<volatile>'), text)
}

function sameOutput(expected: string, actual: string, { match, exit_code: status }: Transcript): boolean {
  if (match.stdout === 'reference' || expected === actual) return true
  if (isIndentedJson(expected) && !isIndentedJson(actual)) return false
  if (status === 2 && isErrorReport(expected)) return sameError(expected, actual)
  if (match.stdout === 'pattern') return sameShape(expected, actual)
  return mayBeInAnyOrder(match.stdout, expected) && sortedLines(expected) === sortedLines(actual)
}

/** Lists sorted by peer ID depend on the IDs of the run, and so does the order of items. */
function mayBeInAnyOrder(mode: StdoutMatch, expected: string): boolean {
  return mode !== 'exact' || /\$PEER\d| {4}> (peer|<volatile>)/.test(expected)
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
  if (OWN_ERRORS.test(expected)) return false
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
  const shapes = new Set(expected.trimEnd().split('\n').map(shape))
  return actual
    .trimEnd()
    .split('\n')
    .every((line) => shapes.has(shape(line)))
}

/** Whether documents are printed one after another, with four spaces a level. */
function isIndentedJson(text: string): boolean {
  const line = /^(?: {4})*(?:[}\]],?|[{[]|(?:"(?:[^"\\]|\\.)*": )?(?:[^ ].*))?$/
  return /^[{[]/.test(text) && text.split('\n').every((each) => line.test(each))
}

/** How the line begins that says what failed: `error DOING:`, or the whole line where there is no such prefix. */
function complaintOf({ match, stderr }: Transcript): string | undefined {
  if (match.stderr === 'reference') return undefined
  // Lines of the log have tabs, and those that go on with a line of it begin with spaces.
  const line = stderr.split('\n').findLast((each) => each !== '' && !/\t|^ /.test(each))
  return line === undefined ? undefined : (/^error [^:]*:/.exec(line)?.[0] ?? line)
}

function complains(stderr: string, complaint: string): boolean {
  return stderr.split('\n').some((line) => line.startsWith(complaint))
}
