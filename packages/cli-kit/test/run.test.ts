import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { bool, ExitError, GoCommand, referencePage, runProgram, string } from '../src/index.ts'
import type { CommandContext, Program } from '../src/index.ts'

const globals = {
  host: string({ char: 'l', default: 'here', summary: 'where to go', env: 'HOST' }),
  debug: bool({ char: 'd' })
}
type Globals = typeof globals

class Show extends GoCommand<Globals> {
  static override summary = 'Shows what it was told'
  static override usage = '[word]'
  static override flags = {
    loud: bool({ char: 'w', aliases: ['ld'], summary: 'louder '.repeat(40) }),
    secret: bool({ hidden: true })
  }

  async run(): Promise<number> {
    const { flags, argv } = this.parse(Show)
    this.context.stdout.write(`${this.context.globals.host} ${flags.loud} ${argv.join(',')}\n`)
    return argv.length
  }
}

class Fail extends GoCommand<Globals> {
  static override summary = 'Fails'
  static override hidden = true

  async run(): Promise<void> {
    throw ExitError.during('doing it', new Error('no'), 7)
  }
}

function program(service = false): Program<Globals> {
  return {
    bin: 'prog',
    version: '1.2.3',
    summary: 'a program',
    description: '\nDoes things.\n',
    globals,
    commands: [
      { name: 'show', load: async () => Show },
      { name: 'fail', load: async () => Fail },
      {
        name: 'group',
        hiddenAliases: ['set'],
        summary: 'Groups',
        commands: [{ name: 'inner', hiddenAliases: ['in'], isAddition: true, load: async () => Show }]
      }
    ],
    defaults: ({ env }) => ({ texts: env.USUAL === undefined ? {} : JSON.parse(env.USUAL), source: 'a file' }),
    exits: service
      ? { usage: 0, noCommand: 1, unknownCommand: 1 }
      : { usage: 1, noCommand: 0, unknownCommand: 'message' },
    before: async (context: CommandContext<Globals>) => (context.globals.host === 'stop' ? 9 : undefined)
  }
}

async function run(
  argv: string[],
  options: { service?: boolean; env?: Record<string, string> } = {}
): Promise<{ status: number; out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const status = await runProgram(program(options.service), argv, { env: options.env ?? {}, stdin, stdout, stderr })
  const read = (stream: PassThrough): string => String(stream.read() ?? '')
  return { status, out: read(stdout), err: read(stderr) }
}

describe('runProgram', () => {
  it('runs a command with the options before it and its own', async () => {
    expect(await run(['-l', 'x', 'show', 'a', '--loud'])).toEqual({ status: 1, out: 'x true a\n', err: '' })
    expect(await run(['show'], { env: { HOST: 'there' } })).toMatchObject({ out: 'there false \n' })
    expect(await run(['group', 'inner', 'a', 'b'])).toMatchObject({ status: 2, out: 'here false a,b\n' })
  })

  it('takes what is usual where neither the command line nor the environment says it', async () => {
    const env = { USUAL: '{"host":"home"}' }
    expect((await run(['show'], { env })).out).toBe('home false \n')
    expect((await run(['-l', 'x', 'show'], { env })).out).toBe('x false \n')
    expect((await run(['show'], { env: { ...env, HOST: 'there' } })).out).toBe('there false \n')
    const { status, out } = await run(['show'], { env: { USUAL: '{"debug":"maybe"}' } })
    expect(status).toBe(1)
    expect(out).toMatch(/^Incorrect Usage\. could not parse maybe as value of debug in a file: parse error\n/)
  })

  it('knows earlier names of commands, and shows them nowhere', async () => {
    expect(await run(['set', 'in', 'a'])).toMatchObject({ status: 1, out: 'here false a\n' })
    expect((await run(['help', 'set'])).out).not.toMatch(/\bset\b|in,/)
    expect((await run([])).out).not.toContain('set')
  })

  it('prints its version', async () => {
    for (const flag of ['-v', '--version', '-version']) {
      expect(await run([flag])).toEqual({ status: 0, out: 'prog version 1.2.3\n', err: '' })
    }
  })

  it('reports a failure of a command in its words and with its status', async () => {
    expect(await run(['fail'])).toEqual({ status: 7, out: '', err: 'error doing it: no\n' })
  })

  it('may end before the command', async () => {
    expect(await run(['-l', 'stop', 'show'])).toEqual({ status: 9, out: '', err: '' })
  })

  it.each([[['--help']], [['-h']], [['help']], [['h']]])('shows the help of the program for %j', async (argv) => {
    const { status, out } = await run(argv)
    expect(status).toBe(0)
    expect(out).toContain('USAGE:\n   prog [global options] command [command options] [arguments...]\n')
    expect(out).toMatch(/COMMANDS:\n {3}show +Shows what it was told\n {3}group +Groups\n {3}help, h/)
    expect(out).toContain('--host value, -l value  where to go (default: "here") [$HOST]')
    expect(out).not.toContain('fail')
  })

  it.each([
    [['show', '-h']],
    [['help', 'show']],
    [['group', 'inner', '--help']],
    [['group', 'help', 'inner']],
    [['help', 'group', 'inner']]
  ])('shows the help of a command for %j', async (argv) => {
    const { status, out } = await run(argv)
    expect(status).toBe(0)
    expect(out).toMatch(/USAGE:\n {3}prog (show|group inner) \[command options\] \[word\]\n/)
    expect(out).toContain('--loud, --ld, -w')
    expect(out).not.toContain('secret')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it.each([[['group']], [['group', '-h']], [['help', 'group']], [['group', 'help']]])(
    'shows the help of a group for %j',
    async (argv) => {
      expect(await run(argv)).toMatchObject({
        status: 0,
        out: expect.stringContaining('prog group command [command options]')
      })
    }
  )

  it('knows two ways to treat no command and an unknown one', async () => {
    expect(await run(['nope'])).toEqual({ status: 3, out: '', err: "No help topic for 'nope'\n" })
    expect(await run(['nope'], { service: true })).toMatchObject({ status: 1, out: expect.stringContaining('USAGE') })
    expect(await run(['help', 'nope'], { service: true })).toEqual({
      status: 3,
      out: '',
      err: "No help topic for 'nope'\n"
    })
    expect(await run(['group', 'nope'], { service: true })).toMatchObject({ status: 3 })
    expect((await run([])).status).toBe(0)
    expect((await run([], { service: true })).status).toBe(1)
  })

  it('answers a wrong command line on standard output with the help', async () => {
    expect(await run(['--nope', 'show'])).toMatchObject({
      status: 1,
      err: '',
      out: expect.stringMatching(/^Incorrect Usage\. flag provided but not defined: -nope\n\nNAME:\n/)
    })
    expect(await run(['show', '--nope'])).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Incorrect Usage: flag provided but not defined: -nope\n\nNAME:\n {3}prog show - /)
    })
    expect(await run(['show', '--nope'], { service: true })).toMatchObject({ status: 0 })
    expect(await run(['-l', 'a', '--host', 'b', 'show'])).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Cannot use two forms of the same flag: l host\nNAME:/)
    })
  })
})

describe('referencePage', () => {
  it('tells every command and option that is not hidden', async () => {
    const page = await referencePage(program())
    expect(page).toMatch(/^# prog\n/)
    expect(page).toContain('| `--host value, -l value` | where to go (default: "here") [$HOST] |')
    expect(page).toContain('## prog show\n\nShows what it was told.\n\n```\nprog show [command options] [word]\n```')
    expect(page).toContain('## prog group inner\n\nShows what it was told. The Go release has no such command.')
    expect(page).not.toMatch(/fail|secret/)
  })
})
