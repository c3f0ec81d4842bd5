import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Transcript } from '../../ctl/test/replay.ts'

/** A transcript, with what this program's ones have besides. */
export interface FollowTranscript extends Transcript {
  readonly files_after?: readonly { readonly path: string; readonly mode: string }[]
  /** Text of files after the run, with placeholders. */
  readonly content_after?: Readonly<Record<string, string>>
  /** When the program was sent which signal: after that many seconds, or once it had printed something. */
  readonly signals?: readonly unknown[]
}

/** Lines that the Go release prints by mistake. */
const STACK_TRACE = '$GO_STACK_TRACE\n'

/**
 * Transcripts of `ipfs-cluster-follow` of the Go release v1.1.6. Of the complaints of a failure the last line counts:
 * those before it are worded by libraries.
 */
export function readTranscripts(name: string): FollowTranscript[] {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8')
  const { transcripts } = JSON.parse(text) as { transcripts: FollowTranscript[] }
  return transcripts
    .filter(({ argv }) => argv[0] !== 'ipfs-cluster-service')
    .map((transcript) => ({
      ...transcript,
      stderr: lastComplaint(transcript.stderr.replace(STACK_TRACE, '')),
      // Help is worded anew.
      match: transcript.stdout.startsWith('NAME:') ? { ...transcript.match, stdout: 'reference' } : transcript.match
    }))
}

function lastComplaint(stderr: string): string {
  return stderr.split('\n').findLast((line) => line !== '' && !line.includes('\t')) ?? ''
}
