import { describe, expect, it } from '@jest/globals'
import { differences } from '../../test-suites/replay/differences.ts'
import { abstractFrom, fillIn } from '../../test-suites/replay/transcript.ts'
import type { Transcript } from '../../test-suites/replay/transcript.ts'

const recorded: Transcript = {
  name: 'sample',
  argv: ['program'],
  stdin: '',
  env: {},
  stdout: 'at $ROOT\n10:15\n',
  stderr: 'time\tINFO\tx\ty\tz\nerror opening it: no such thing\n',
  exit_code: 1,
  volatile: ['\\d\\d:\\d\\d'],
  match: { stdout: 'exact', stderr: 'last-line' }
}
const same = { status: 1, stdout: 'at /tmp/x\n23:59\n', stderr: 'error opening it: another reason\n' }

/** What differs in the standard output of a program that succeeds. */
function compareOutput(stdout: Transcript['match']['stdout'], expected: string, actual: string): string[] {
  const transcript: Transcript = { ...recorded, exit_code: 0, stderr: '', stdout: expected, match: matching(stdout) }
  return differences(transcript, { status: 0, stdout: actual, stderr: '' }, {})
}

function matching(stdout: Transcript['match']['stdout']): Transcript['match'] {
  return { stdout, stderr: 'reference' }
}

describe('comparing a run with a recorded one', () => {
  it('finds nothing when only what may differ does', () => {
    expect(differences(recorded, same, { $ROOT: '/tmp/x' })).toEqual([])
  })

  it.each([
    [{ status: 0 }, 'exit status 0, not 1'],
    [{ stdout: 'at /tmp/y\n23:59\n' }, 'stdout\nat /tmp/y\n<volatile>\n'],
    [{ stderr: 'error reading it: no such thing\n' }, 'no line on stderr begins with "error opening it:"']
  ])('finds %j', (change, message) => {
    expect(differences(recorded, { ...same, ...change }, { $ROOT: '/tmp/x' })).toEqual([
      expect.stringContaining(message)
    ])
  })

  it('takes lines in another order where the transcript says so', () => {
    expect(compareOutput('lines-any-order', 'a\nb\n', 'b\na\n')).toEqual([])
    expect(compareOutput('exact', 'a\nb\n', 'b\na\n')).toHaveLength(1)
    expect(compareOutput('lines-any-order', 'a\nb\n', 'b\nc\n')).toHaveLength(1)
  })

  it('takes lines of the same shape where the transcript says so, but not none for some', () => {
    expect(compareOutput('pattern', 'took 5 s\n', 'took 77 s\ntook 8 s\n')).toEqual([])
    expect(compareOutput('pattern', 'took 5 s\n', 'lost 5 s\n')).toHaveLength(1)
    expect(compareOutput('pattern', 'took 5 s\n', '')).toHaveLength(1)
  })

  it('does not take documents on one line for indented ones', () => {
    const document = JSON.stringify({ cid: 'Qm1' }, null, 4)
    expect(compareOutput('pattern', document, document.replace('Qm1', 'Qm2'))).toEqual([])
    expect(compareOutput('pattern', document, '{"cid": "Qm2"}')).toHaveLength(1)
  })

  it('asks for the code of an error, and for the words of those that are of the cluster', () => {
    const failure = (message: string, code = 500): string =>
      `An error occurred:\n  Code: ${code}\n  Message: ${message}\n`
    const compare = (expected: string, actual: string): string[] => {
      const transcript: Transcript = { ...recorded, exit_code: 2, stdout: expected, match: matching('exact') }
      return differences(transcript, { status: 2, stdout: actual, stderr: '' }, {})
    }
    expect(compare(failure('dial tcp: refused'), failure('connect refused'))).toEqual([])
    expect(compare(failure('dial tcp: refused'), failure('dial tcp: refused', 400))).toHaveLength(1)
    expect(compare(failure('unauthorized: no'), failure('unauthorized: never'))).toHaveLength(1)
  })

  it('fills placeholders in and takes them out, the longer ones first', () => {
    const placeholders = { $REST: '1', $REST0: '/2/' }
    expect(fillIn('$REST0 $REST', placeholders)).toBe('/2/ 1')
    expect(abstractFrom('/2/ 1', placeholders)).toBe('$REST0 $REST')
  })
})
