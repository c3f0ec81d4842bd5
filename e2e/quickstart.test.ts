import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FreePorts } from '@ipfs-cluster/daemon/free-ports'
import { temporaryFolder } from './harness/folder.ts'
import type { Outcome } from './harness/process.ts'
import { Program, runProgram } from './harness/process.ts'
import { allEnded, processesIn } from './harness/processes.ts'

const SCRIPT = ['--disable-warning=ExperimentalWarning', '--conditions=@ipfs-cluster/source', 'scripts/start.ts']
const root = join(import.meta.dirname, '..')
const env = { HOME: '/nowhere' }

const folder = temporaryFolder()
const peer = join(folder.path, 'peer')

beforeAll(async () => {
  // Builds whatever is stale, which is no part of what the tests below wait for.
  await runProgram(process.execPath, ['--conditions=@ipfs-cluster/source', 'scripts/build.ts'], { cwd: root, env })
}, 120_000)
/** Milliseconds that a run is given to come to a point; it has up to eight processes. */
const LIMIT = 120_000
jest.setTimeout(2 * LIMIT)

const begun: Program[] = []
afterEach(async () => {
  // What a test that failed has left would make the next one fail.
  await Promise.all(begun.splice(0).map((run) => run.stop('SIGKILL')))
  await allEnded(peer)
})
afterAll(() => {
  folder[Symbol.dispose]()
})

describe('npm start --once', () => {
  it('adds the docs on one of three peers, copies them to the others, reads them back and stops', async () => {
    const outcome = await start('--once')
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(/^Making peer1, peer2 and peer3 in /)
    expect(outcome.stdout).toMatch(/Adding docs \(\d+ files, .*\) on peer1, to be held by 2 to 3 peers/)
    expect(outcome.stdout).toMatch(/Pinned on peer1, peer2 and peer3\n {2}peer1 {2}pinned {2}added here\n/)
    for (const name of ['peer2', 'peer3']) expect(outcome.stdout).toMatch(fetchedBy(name))
    expect(outcome.stdout).toMatch(/Read back through the gateway of peer3: \d+ files, .*, every byte the same/)
    expect(outcome.stdout).toMatch(/Stopped\.\n$/)
  })

  it('finds its state again', async () => {
    const { code, stdout } = await start('--once')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Starting peer1, peer2 and peer3 of an earlier run in /)
    expect(stdout.match(/had it from an earlier run/g)).toHaveLength(2)
  })

  it('runs fewer peers than before, and more', async () => {
    const fewer = await start('--once', '--peers', '2', 'LICENSE')
    expect(fewer).toMatchObject({ code: 0, stderr: '' })
    expect(fewer.stdout).toMatch(/^Starting peer1 and peer2 .*\nNot started: peer3 .*--peers 3 starts all\)$/m)
    expect(fewer.stdout).toContain('to be held by 2 peers')

    const more = await start('--once', '--peers', '4')
    expect(more).toMatchObject({ code: 0, stderr: '' })
    expect(more.stdout).toMatch(/^Starting peer1, peer2 and peer3 .*\nMaking peer4 in /m)
    const [, name = ''] = /(peer\d) +not chosen/.exec(more.stdout) ?? []
    expect(more.stdout).toContain(`Read back through the gateway of ${name}:`)
  })

  it('adds names of every kind, and a single file beside what was pinned before', async () => {
    const odd = join(folder.path, 'odd – 100% #1?')
    const names = [
      'a b',
      'ü–文',
      '100%',
      'x#y',
      'q?z=1',
      '-dash',
      'new\nline',
      'p%20q',
      'quo"te',
      'back\\slash',
      'sub%/f#'
    ]
    mkdirSync(join(odd, 'sub%'), { recursive: true })
    for (const name of names) writeFileSync(join(odd, name), `content of ${name}`)
    writeFileSync(join(odd, 'empty'), '')
    const first = await start('--once', '--peers', '1', odd)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain(`Read back through the gateway of peer1: ${names.length + 1} files`)

    const second = begin('--peers', '1', join(odd, '100%'))
    await second.waitFor(/runs until Ctrl-C/, LIMIT)
    const pins = await (await fetch(`${placesOf(second)[0]?.rest}/allocations`)).text()
    for (const run of [first, second]) expect(pins).toContain(cidOf(run))
    expect(await second.stop('SIGINT')).toBe(0)
    expect(second.stdout).toMatch(/Stopping \.\.\.\nStopped\.\n$/)
  })

  it.each([
    ['a path that does not exist', ['/no/such/path'], /^\n?\/no\/such\/path does not exist: give the path/],
    ['an option that it does not know', ['--nope'], /Unknown option '--nope'[^]*Usage: npm start/],
    ['no peers', ['--peers', '0'], /--peers takes a number from 1 to 9, not "0"[^]*Usage: npm start/],
    ['half a peer', ['--peers', '2.5'], /--peers takes a number from 1 to 9, not "2.5"/],
    ['a crowd of peers', ['--peers', '50'], /--peers takes a number from 1 to 9, not "50"/],
    ['peers in words', ['--peers', 'x'], /--peers takes a number from 1 to 9, not "x"/],
    ['two paths', ['docs', 'e2e'], /give one path[^]*Usage: npm start/]
  ])('refuses %s before it makes anything', async (_what, args, message) => {
    const outcome = await runProgram(process.execPath, [...SCRIPT, '--folder', join(folder.path, 'unused'), ...args], {
      cwd: root,
      env
    })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toMatch(message)
    expect(() => readFileSync(join(folder.path, 'unused', 'peer1', 'service.json'))).toThrow('ENOENT')
  })

  it('refuses an empty folder', async () => {
    const empty = join(folder.path, 'empty')
    mkdirSync(empty)
    expect(await start('--once', empty)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`${empty} holds no file to add`) as unknown as string
    })
  })

  it('takes another port when a default one is in use', async () => {
    // Whether it is held here or by somebody else is all the same.
    await using others = new FreePorts()
    await others.take(9094).catch(() => {})
    const outcome = await runProgram(
      process.execPath,
      [...SCRIPT, '--once', '--peers', '1', '--folder', peer, 'LICENSE'],
      {
        cwd: root,
        env
      }
    )
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(
      /^Port 9094 \(REST API of peer1\) is in use by another program; this run takes \d+\.$/m
    )
  })
})

describe('npm start, interrupted', () => {
  const large = join(folder.path, 'large')

  beforeAll(() => {
    writeFileSync(large, Buffer.alloc(150_000_000, 'not quite random '))
  })

  it.each([
    ['while the peers start', '3', /(Starting|Making) peer/, 'SIGINT'],
    ['while it adds', '2', /[1-9]\d? %/, 'SIGINT'],
    ['while it copies', '2', /CID/, 'SIGINT'],
    ['while it reads back', '1', /Pinned on/, 'SIGTERM']
  ] as const)('%s: stops with 0 and leaves nothing running', async (_what, peers, moment, signal) => {
    const run = begin('--peers', peers, large)
    await run.waitFor(moment, LIMIT)
    expect(await run.stop(signal)).toBe(0)
    expect(run.stderr).toBe('')
    expect(run.stdout).not.toContain('Read back')
  })

  it('takes the peers with it when it is killed, and starts again at once', async () => {
    const run = begin(large)
    await run.waitFor(/[1-9]\d? %/, LIMIT)
    await run.stop('SIGKILL')
    expect(await start('--once', join(root, 'LICENSE'))).toMatchObject({ code: 0, stderr: '' })
  })

  it('names the earlier run that still has the folder', async () => {
    const run = begin('--peers', '1', join(root, 'LICENSE'))
    await run.waitFor(/runs until/, LIMIT)
    const second = await start('--once', '--peers', '1')
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/peer1 of an earlier run still runs in .*\n {2}kill \d+\n$/)
    expect(await run.stop('SIGINT')).toBe(0)
  })
})

describe('npm start, while it runs', () => {
  it('has told commands that work, and every peer gives the bytes', async () => {
    const run = begin('--peers', '2', 'LICENSE')
    await run.waitFor(/The peers run until/, LIMIT)
    const text = readFileSync(join(root, 'LICENSE'))
    const gateways = placesOf(run).map(({ gateway }) => `${gateway}/ipfs/${cidOf(run)}`)
    expect(gateways).toHaveLength(2)
    for (const url of gateways) expect(text.equals(Buffer.from(await (await fetch(url)).arrayBuffer()))).toBe(true)
    const commands = [...run.stdout.matchAll(/^ {2}(\S*ipfs-cluster-ctl) (.*)$/gm)]
    expect(commands).toHaveLength(4)
    for (const [, program = '', words = ''] of commands) {
      const outcome = await runProgram(join(root, program), words.split(' '), { cwd: root, env })
      expect(outcome).toMatchObject({ code: 0, stderr: '' })
    }
    expect(await run.stop('SIGINT')).toBe(0)
  })

  it('stops with 1 when a peer dies, and says which', async () => {
    const run = begin('--peers', '2', 'LICENSE')
    await run.waitFor(/The peers run until/, LIMIT)
    for (const pid of processesIn(join(peer, 'peer2'))) process.kill(pid, 'SIGKILL')
    expect(await run.exited).toBe(1)
    expect(run.stderr).toMatch(/^\npeer2 ended with SIGKILL: see .*peer2\/daemon\.log\n$/)
  })
})

function begin(...args: string[]): Program {
  const run = new Program(process.execPath, [...SCRIPT, '--free-ports', '--folder', peer, ...args], { cwd: root, env })
  begun.push(run)
  return run
}

function fetchedBy(name: string): RegExp {
  return new RegExp(`^ {2}${name} {2}pinned {2}fetched [1-9]\\S* kB over libp2p$`, 'm')
}

async function start(...args: string[]): Promise<Outcome> {
  return await runProgram(process.execPath, [...SCRIPT, '--free-ports', '--folder', peer, ...args], { cwd: root, env })
}

/** Where the peers are, as told. */
function placesOf({ stdout }: { stdout: string }): { rest: string; gateway: string }[] {
  const rows = stdout.matchAll(/^ {2}peer\d {2}(http\S+) {2}(http\S+)$/gm)
  return [...rows].map(([, rest = '', gateway = '']) => ({ rest, gateway }))
}

function cidOf({ stdout }: { stdout: string }): string {
  return /CID\s+(\S+)/.exec(stdout)?.[1] ?? 'no CID'
}
