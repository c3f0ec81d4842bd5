import { expect, it } from '@jest/globals'
import { join } from 'node:path'
import { differences } from '../../packages/cli-kit/test-suites/replay/differences.ts'
import { fillIn, readTranscripts } from '../../packages/cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders, Transcript } from '../../packages/cli-kit/test-suites/replay/transcript.ts'
import { OUR_BINS } from './peer.ts'
import { runProgram } from './process.ts'

/** How transcripts of `ipfs-cluster-ctl` are replayed. All tables are by the name of the transcript. */
export interface ReplayOptions {
  /** What is not replayed, and why. */
  readonly skipped?: Readonly<Record<string, string>>
  /** Regular expressions of what may differ, besides those of the transcript. */
  readonly volatile?: Readonly<Record<string, readonly string[]>>
  /** What is left out of both outputs before they are compared. */
  readonly leftOut?: Readonly<Record<string, RegExp>>
  /** Words for `ipfs-cluster-ctl` that are said behind a transcript. */
  readonly afterwards?: Readonly<Record<string, readonly string[]>>
  /** Known when the peers run. */
  placeholders(): Placeholders
}

/** The transcripts of `ipfs-cluster-ctl` in a file. */
export function ctlTranscripts(name: string): Transcript[] {
  return readTranscripts(join(import.meta.dirname, '../../packages/ctl/test'), name)
}

/** Makes a test of each transcript: the built program is told the same words, in the same order. */
export function replayEach(transcripts: readonly Transcript[], options: ReplayOptions): void {
  for (const transcript of transcripts) {
    const reason = options.skipped?.[transcript.name]
    if (reason !== undefined) it.skip(`${transcript.name} (skipped: ${reason})`, () => undefined)
    else it(transcript.name, async () => expect(await replay(transcript, options)).toEqual([]))
  }
}

async function replay(transcript: Transcript, options: ReplayOptions): Promise<string[]> {
  const { name } = transcript
  const placeholders = options.placeholders()
  const ctl = async (words: readonly string[]): ReturnType<typeof runProgram> => {
    const argv = words.map((word) => fillIn(word, placeholders))
    const env = Object.entries(transcript.env).map(([key, value]) => [key, fillIn(value, placeholders)])
    return runProgram(join(OUR_BINS, 'ipfs-cluster-ctl'), argv, {
      env: { HOME: fillIn('$TMP', placeholders), ...Object.fromEntries(env) },
      cwd: fillIn(transcript.cwd ?? '$FIX', placeholders),
      stdin: transcript.stdin
    })
  }
  const { code, stdout, stderr } = await ctl(transcript.argv.slice(1))
  const afterwards = options.afterwards?.[name]
  if (afterwards !== undefined) await ctl(afterwards)
  const without = (text: string): string => text.replace(options.leftOut?.[name] ?? '', '')
  const volatile = [...transcript.volatile, ...(options.volatile?.[name] ?? [])]
  const expected = { ...transcript, stdout: without(transcript.stdout), volatile }
  return differences(expected, { status: Number(code), stdout: without(stdout), stderr }, placeholders)
}
