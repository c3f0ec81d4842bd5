import { describe, expect, it } from '@jest/globals'
import { readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import { run } from './run.ts'

const transcripts = readTranscripts(import.meta.dirname, 'help')

describe('help and usage errors', () => {
  it.each(transcripts.map(({ name, argv, ...rest }) => [name, argv.slice(1), rest] as const))(
    '%s',
    async (_, argv, expected) => {
      const { status, stdout, stderr } = await run(argv)
      expect(status).toBe(expected.exit_code)
      expect(stderr).toBe(expected.stderr)
      // The words of the help are ours; what was wrong is said in those of the Go release.
      const [complaint = ''] = expected.stdout.split('\n')
      if (complaint.startsWith('Incorrect Usage')) expect(stdout.startsWith(`${complaint}\n\nNAME:\n`)).toBe(true)
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
    }
  )

  it('names its parts as scripts expect', async () => {
    const { stdout } = await run([])
    for (const part of ['Usage', 'Commands', 'Global options']) expect(stdout).toMatch(new RegExp(`^${part}`, 'im'))
    for (const command of ['id', 'peers', 'add', 'pin', 'status', 'recover', 'version', 'health', 'ipfs']) {
      expect(stdout).toMatch(new RegExp(`^   ${command} `, 'm'))
    }
    expect(stdout).not.toMatch(/^ {3}commands/m)
  })

  it('lists the commands of the Go release', async () => {
    const expected = transcripts.find(({ name }) => name === 'ctl-commands')?.stdout
    expect((await run(['commands'])).stdout).toBe(expected)
  })

  it('has help for every command, no wider than a terminal', async () => {
    const paths = (await run(['commands', '--all'])).stdout.trim().split('\n').slice(0, -1)
    expect(paths).toContain('ipfs-cluster-ctl peers drain')
    for (const path of paths) {
      const { status, stdout } = await run([...path.split(' ').slice(1), '--help'])
      expect({ path, status }).toEqual({ path, status: 0 })
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
    }
  })

  it('tells its version', async () => {
    expect((await run(['-v'])).stdout).toMatch(/^ipfs-cluster-ctl version 1\.1\.6\+ts\.\d+\.\d+\.\d+\n$/)
  })

  it.each(transcripts.filter(({ argv }) => argv.includes('--help')).map(({ argv }) => argv.slice(1, -1)))(
    'has every flag of the Go release: %s %s',
    async (...command) => {
      const { argv } = { argv: command.filter((word) => word !== undefined) }
      const expected = transcripts.find(
        (transcript) => transcript.argv.slice(1).join(' ') === [...argv, '--help'].join(' ')
      )
      const { stdout } = await run([...argv, '--help'])
      const flags = (text: string): string[] =>
        [...text.matchAll(/^ {3}(-[^\n]*?)(?: {2}|\n|$)/gm)].flatMap(([, label = '']) =>
          label.replaceAll(' value', '').split(', ')
        )
      expect(flags(stdout)).toEqual(expect.arrayContaining(flags(expected?.stdout ?? '')))
    }
  )
})
