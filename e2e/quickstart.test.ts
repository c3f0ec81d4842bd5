import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './harness/folder.ts'
import { takePort } from './harness/ports.ts'
import type { Outcome } from './harness/process.ts'
import { Program, runProgram } from './harness/process.ts'
import { allEnded } from './harness/processes.ts'

const SCRIPT = ['--disable-warning=ExperimentalWarning', '--conditions=@ipfs-cluster/source', 'scripts/start.ts']
const root = join(import.meta.dirname, '..')
const env = { HOME: '/nowhere' }

const folder = temporaryFolder()
const peer = join(folder.path, 'peer')

beforeAll(async () => {
  // Builds whatever is stale, which is no part of what the tests below wait for.
  await runProgram(process.execPath, ['--conditions=@ipfs-cluster/source', 'scripts/build.ts'], { cwd: root, env })
}, 120_000)
afterEach(async () => {
  await allEnded(peer)
})
afterAll(() => {
  folder[Symbol.dispose]()
})

describe('npm start --once', () => {
  it('adds the docs, reads them back and stops', async () => {
    const outcome = await start('--once')
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(/Adding docs \(\d+ files, /)
    expect(outcome.stdout).toMatch(/Read back through the gateway: \d+ files, .*, every byte the same/)
    expect(outcome.stdout).toMatch(/Stopped\.\n$/)
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
    const first = await start('--once', odd)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain(`Read back through the gateway: ${names.length + 1} files`)

    const second = new Program(process.execPath, [...SCRIPT, '--free-ports', '--folder', peer, join(odd, '100%')], {
      cwd: root,
      env
    })
    await second.waitFor(/runs until Ctrl-C/)
    const pins = await (await fetch(`${/REST API {2}(\S+)/.exec(second.stdout)?.[1]}/allocations`)).text()
    for (const run of [first, second]) expect(pins).toContain(cidOf(run))
    expect(await second.stop('SIGINT')).toBe(0)
    expect(second.stdout).toMatch(/Stopping \.\.\.\nStopped\.\n$/)
  })

  it.each([
    ['a path that does not exist', ['/no/such/path'], /^\n?\/no\/such\/path does not exist: give the path/],
    ['an option that it does not know', ['--nope'], /Unknown option '--nope'[^]*Usage: npm start/],
    ['two paths', ['docs', 'e2e'], /give one path[^]*Usage: npm start/]
  ])('refuses %s before it makes anything', async (_what, args, message) => {
    const outcome = await runProgram(process.execPath, [...SCRIPT, '--folder', join(folder.path, 'unused'), ...args], {
      cwd: root,
      env
    })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toMatch(message)
    expect(() => readFileSync(join(folder.path, 'unused', 'service.json'))).toThrow('ENOENT')
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
    await using _ = await takePort(9094).catch(() => ({ [Symbol.asyncDispose]: async () => {} }))
    const outcome = await runProgram(process.execPath, [...SCRIPT, '--once', '--folder', peer, 'LICENSE'], {
      cwd: root,
      env
    })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(/^Port 9094 \(REST API\) is in use by another program; this run takes \d+\.$/m)
  })
})

describe('npm start, interrupted', () => {
  const large = join(folder.path, 'large')

  beforeAll(() => {
    writeFileSync(large, Buffer.alloc(300_000_000, 'not quite random '))
  })

  it.each([
    ['while the peer starts', /(Starting|Making) the peer/, 'SIGINT'],
    ['while it adds', /[1-9]0 %/, 'SIGINT'],
    ['while it reads back', /pinned on/, 'SIGTERM']
  ] as const)('%s: stops with 0 and leaves nothing running', async (_what, moment, signal) => {
    const run = begin()
    await run.waitFor(moment)
    const asked = performance.now()
    expect(await run.stop(signal)).toBe(0)
    expect(performance.now() - asked).toBeLessThan(15_000)
    expect(run.stderr).toBe('')
    expect(run.stdout).not.toContain('Read back')
  })

  it('takes the peer with it when it is killed, and starts again at once', async () => {
    const run = begin()
    await run.waitFor(/[1-9]0 %/)
    await run.stop('SIGKILL')
    expect(await start('--once', join(root, 'LICENSE'))).toMatchObject({ code: 0, stderr: '' })
  })

  it('names the earlier run that still has the folder', async () => {
    const run = begin(join(root, 'LICENSE'))
    await run.waitFor(/runs until/)
    const second = await start('--once')
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/the peer of an earlier run still runs in .*\n {2}kill \d+\n$/)
    expect(await run.stop('SIGINT')).toBe(0)
  })

  function begin(path = large): Program {
    return new Program(process.execPath, [...SCRIPT, '--free-ports', '--folder', peer, path], { cwd: root, env })
  }
})

async function start(...args: string[]): Promise<Outcome> {
  return await runProgram(process.execPath, [...SCRIPT, '--free-ports', '--folder', peer, ...args], { cwd: root, env })
}

function cidOf({ stdout }: { stdout: string }): string {
  return /CID\s+(\S+)/.exec(stdout)?.[1] ?? 'no CID'
}
