import { unfill } from './transcript.ts'
import type { Placeholders, Transcript } from './transcript.ts'

/** What a run of our program gave. */
export interface Run {
  status: number
  stdout: string
  stderr: string
}

/**
 * What differs between a recorded run and ours, by the rules that came with the recording; empty when nothing does.
 *
 * The exit status is always compared, standard output as the transcript says, and of standard error the line that tells
 * why the program failed: its wording may be better than that of the Go release, its beginning may not differ.
 */
export function differences(recorded: Transcript, run: Run, placeholders: Placeholders): string[] {
  const found: string[] = []
  if (run.status !== recorded.exit_code) found.push(`exit status ${run.status}, not ${recorded.exit_code}`)
  const stdout = [recorded.stdout, unfill(run.stdout, placeholders)].map((text) =>
    withoutVolatile(text, recorded.volatile)
  )
  if (!sameOutput(recorded.match.stdout, stdout[0] ?? '', stdout[1] ?? '')) {
    found.push(`stdout ${JSON.stringify(stdout[1])}, not ${JSON.stringify(stdout[0])}`)
  }
  const cause = failureLine(recorded.stderr)
  if (recorded.match.stderr !== 'reference' && cause !== undefined) {
    const lines = unfill(run.stderr, placeholders).split('\n')
    const prefix = failurePrefix(cause)
    if (!lines.some((line) => line.startsWith(prefix)))
      found.push(`no line on stderr begins with ${JSON.stringify(prefix)}`)
  }
  return found
}

function sameOutput(mode: string, recorded: string, ours: string): boolean {
  switch (mode) {
    case 'reference':
      return true
    case 'exact':
      return recorded === ours
    case 'pattern':
      return shape(recorded) === shape(ours)
    case 'lines-any-order':
      return sorted(recorded) === sorted(ours)
    default:
      throw new Error(`no rule for ${mode}`)
  }
}

/** A text without the values that it has in common with none other. */
function shape(text: string): string {
  return text.replace(/\b(bafy\w+|true|false|\d+)\b/g, '<value>')
}

function sorted(text: string): string {
  return text.split('\n').sort().join('\n')
}

function withoutVolatile(text: string, patterns: readonly string[]): string {
  return patterns.reduce((stable, pattern) => stable.replace(new RegExp(pattern, 'g'), '<volatile>'), text)
}

/** The last line that is no line of the log: those have tabs. */
function failureLine(stderr: string): string | undefined {
  return stderr
    .split('\n')
    .filter((line) => line !== '' && !line.includes('\t'))
    .at(-1)
}

/** `error DOING: ` of a failure, or the whole line when it has no such beginning. */
function failurePrefix(line: string): string {
  return /^error [^:]*:/.exec(line)?.[0] ?? line
}
