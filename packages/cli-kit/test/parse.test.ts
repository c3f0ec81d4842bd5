import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { arg, bool, duration, HelpRequest, int, parseGo, string, strings, uint, UsageError } from '../src/index.ts'

const flags = {
  replication: int({ char: 'r' }),
  'replication-min': int({ aliases: ['rmin'] }),
  name: string({ char: 'n' }),
  mode: string({ default: 'recursive', env: 'MODE' }),
  metadata: strings(),
  'no-status': bool({ aliases: ['ns'] }),
  'wait-timeout': duration({ aliases: ['wt'] }),
  limit: uint()
}
const args = { cid: arg({ required: true }) }

function parse(
  argv: string[],
  env: Record<string, string> = {}
): ReturnType<typeof parseGo<typeof flags, typeof args>> {
  return parseGo(argv, { flags, args }, { env, interspersed: true })
}

describe('the flag grammar of Go', () => {
  it('takes one dash or two, a space or an equals sign', () => {
    for (const argv of [
      ['-rmin', '1'],
      ['--rmin', '1'],
      ['-rmin=1'],
      ['--replication-min=1'],
      ['-replication-min', '1']
    ]) {
      expect(parse(argv).flags['replication-min']).toBe(1)
    }
  })

  it('gives what was not given its default, and says what was given', () => {
    const { flags: values, given, args: named } = parse(['--name', 'x'])
    expect(values).toEqual({
      replication: 0,
      'replication-min': 0,
      name: 'x',
      mode: 'recursive',
      metadata: [],
      'no-status': false,
      'wait-timeout': 0,
      limit: 0
    })
    expect([...given]).toEqual(['name'])
    expect(named.cid).toBeUndefined()
  })

  it('takes a value that looks like a flag', () => {
    expect(parse(['--name', '--ns']).flags).toMatchObject({ name: '--ns', 'no-status': false })
    expect(parse(['--rmin', '-1']).flags['replication-min']).toBe(-1)
    expect(parse(['--name=']).flags.name).toBe('')
    expect(parse(['--name=a=b']).flags.name).toBe('a=b')
  })

  it('gives a switch no separate value', () => {
    expect(parse(['--ns', 'Qm'])).toMatchObject({ flags: { 'no-status': true }, args: { cid: 'Qm' } })
    expect(parse(['--ns=F', 'Qm']).flags['no-status']).toBe(false)
  })

  it('lets the last use win and collects lists without splitting them', () => {
    expect(parse(['-n', 'a', '-n', 'b']).flags.name).toBe('b')
    expect(parse(['--metadata', 'a=1,b=2', '--metadata=c']).flags.metadata).toEqual(['a=1,b=2', 'c'])
  })

  it('takes flags after arguments, up to --', () => {
    expect(parse(['Qm', '--ns', '--name', 'late'])).toMatchObject({
      argv: ['Qm'],
      flags: { name: 'late', 'no-status': true }
    })
    expect(parse(['--ns', 'Qm', '--name', 'late'])).toMatchObject({ argv: ['Qm'], flags: { name: 'late' } })
    expect(parse(['--', '--ns', '-n']).argv).toEqual(['--ns', '-n'])
    expect(parse(['a', '-', '--nope', 'b']).argv).toEqual(['a', '-', '--nope', 'b'])
  })

  it('leaves everything after the first argument alone when flags must come first', () => {
    const parsed = parseGo(['-n', 'x', 'cmd', '--ns', '--', 'y'], { flags, args: {} }, { env: {}, interspersed: false })
    expect(parsed.argv).toEqual(['cmd', '--ns', '--', 'y'])
    expect(parsed.flags['no-status']).toBe(false)
  })

  it('reads numbers in the bases of Go', () => {
    for (const [text, value] of [
      ['0x5', 5],
      ['0b11', 3],
      ['0o17', 15],
      ['017', 15],
      ['1_000', 1000],
      ['+7', 7],
      ['-0x1', -1],
      ['0', 0]
    ] as const) {
      expect(parse([`--rmin=${text}`]).flags['replication-min']).toBe(value)
    }
  })

  it('reads durations as milliseconds and the environment when a flag is absent', () => {
    expect(parse(['--wt', '1m30s']).flags['wait-timeout']).toBe(90_000)
    expect(parse([], { MODE: 'direct' }).flags.mode).toBe('direct')
    expect(parse([], { MODE: '' }).flags.mode).toBe('')
    expect(parse(['--mode', 'x'], { MODE: 'direct' }).flags.mode).toBe('x')
  })

  it.each([
    [['--nope'], 'flag provided but not defined: -nope'],
    [['-qr'], 'flag provided but not defined: -qr'],
    [['--name'], 'flag needs an argument: -name'],
    [['-n'], 'flag needs an argument: -n'],
    [['--rmin', 'x'], 'invalid value "x" for flag -rmin: parse error'],
    [['--rmin=1__0'], 'invalid value "1__0" for flag -rmin: parse error'],
    [['--rmin=9223372036854775808'], 'invalid value "9223372036854775808" for flag -rmin: value out of range'],
    [['--limit', '-1'], 'invalid value "-1" for flag -limit: parse error'],
    [['--wait-timeout', '5'], 'invalid value "5" for flag -wait-timeout: parse error'],
    [['--ns=maybe'], 'invalid boolean value "maybe" for -ns: parse error'],
    [['-r', '1', '--replication', '1'], 'Cannot use two forms of the same flag: r replication'],
    [['--=x'], 'bad flag syntax: --=x'],
    [['---x'], 'bad flag syntax: ---x']
  ])('refuses %j', (argv, message) => {
    expect(() => parse(argv)).toThrow(new UsageError(message))
  })

  it('asks for help by any of its names, unless a value has that text', () => {
    for (const word of ['-h', '--h', '-help', '--help']) expect(() => parse(['Qm', word])).toThrow(HelpRequest)
    expect(parse(['--name', '--help']).flags.name).toBe('--help')
    expect(parse(['--', '-h']).argv).toEqual(['-h'])
  })

  it('gives back any text that was given', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (name, rest) => {
        expect(parse(['--name', name, '--', ...rest])).toMatchObject({ flags: { name }, argv: rest })
        expect(parse([`-n=${name}`]).flags.name).toBe(name)
      })
    )
  })
})
