import { readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import type { Transcript } from '../../cli-kit/test-suites/replay/transcript.ts'

/** Lines that the Go release prints by mistake. */
const STACK_TRACE = '$GO_STACK_TRACE\n'

/** Transcripts of `ipfs-cluster-follow` of the Go release v1.1.6. */
export function followTranscripts(name: string): Transcript[] {
  return readTranscripts(import.meta.dirname, name)
    .filter(({ argv }) => argv[0] !== 'ipfs-cluster-service')
    .map((transcript) => ({
      ...transcript,
      stderr: transcript.stderr.replace(STACK_TRACE, ''),
      // Help is worded anew.
      match: transcript.stdout.startsWith('NAME:') ? { ...transcript.match, stdout: 'reference' } : transcript.match
    }))
}
