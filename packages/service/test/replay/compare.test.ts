import { describe, expect, it } from '@jest/globals'
import { differences } from './compare.ts'
import { fill, unfill } from './transcript.ts'
import type { Transcript } from './transcript.ts'

const recorded: Transcript = {
  name: 'sample',
  note: '',
  argv: ['program'],
  stdin: null,
  env: {},
  stdout: 'at $ROOT\n10:15\n',
  stderr: 'time\tINFO\tx\ty\tz\nerror opening it: no such thing\n',
  exit_code: 1,
  volatile: ['\\d\\d:\\d\\d'],
  match: { stdout: 'exact', stderr: 'last-line' }
}
const same = { status: 1, stdout: 'at /tmp/x\n23:59\n', stderr: 'error opening it: another reason\n' }

describe('comparing a run with a recorded one', () => {
  it('finds nothing when only what may differ does', () => {
    expect(differences(recorded, same, { $ROOT: '/tmp/x' })).toEqual([])
  })

  it.each([
    [{ status: 0 }, 'exit status 0, not 1'],
    [{ stdout: 'at /tmp/y\n23:59\n' }, 'stdout "at /tmp/y\\n<volatile>\\n"'],
    [{ stderr: 'error reading it: no such thing\n' }, 'no line on stderr begins with "error opening it:"']
  ])('finds %j', (change, message) => {
    expect(differences(recorded, { ...same, ...change }, { $ROOT: '/tmp/x' })).toEqual([
      expect.stringContaining(message)
    ])
  })

  it('fills placeholders in and takes them out, the longer ones first', () => {
    const placeholders = { $REST: '1', $REST0: '/2/' }
    expect(fill('$REST0 $REST', placeholders)).toBe('/2/ 1')
    expect(unfill('/2/ 1', placeholders)).toBe('$REST0 $REST')
  })
})
