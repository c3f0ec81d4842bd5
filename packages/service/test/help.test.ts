import { describe, expect, it } from '@jest/globals'
import { VERSION } from '@ipfs-cluster/api'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import { runHere } from './helpers/run-here.ts'
import { readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'

const transcripts = readTranscripts(import.meta.dirname, 'service-help')

describe('help, versions and wrong command lines, as the Go release has them', () => {
  it.each(transcripts.map((transcript) => [transcript.name, transcript] as const))('%s', async (_name, transcript) => {
    const run = await runHere(transcript.argv.slice(1), { HOME: '/nonexistent' })
    expect(differences(transcript, run, {})).toEqual([])
    if (transcript.stdout.startsWith('Incorrect'))
      expect(run.stdout.split('\n')[0]).toBe(transcript.stdout.split('\n')[0])
    for (const flag of transcript.stdout.match(/^ {3}--[a-z-]+/gm) ?? []) {
      if (!transcript.stdout.startsWith('Incorrect')) expect(run.stdout).toContain(flag.trim())
    }
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it('says its version and that of the Go release', async () => {
    expect((await runHere(['version'], {})).stdout).toBe(`${VERSION}\n`)
    expect((await runHere(['--version'], {})).stdout).toBe(`ipfs-cluster-service version ${VERSION}\n`)
    expect(VERSION).toMatch(/^1\.1\.6\+ts\.\d+\.\d+\.\d+$/)
  })
})
