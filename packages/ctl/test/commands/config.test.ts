import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { cannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

describe("the user's own defaults", () => {
  let HOME: string
  beforeEach(() => {
    HOME = mkdtempSync(join(tmpdir(), 'ctl-home-'))
  })
  afterEach(() => rmSync(HOME, { recursive: true }))

  const config = (...words: string[]): ReturnType<typeof run> => run(['config', ...words], { HOME })

  it('count where neither the command line nor the environment says anything', async () => {
    await using peer = await cannedPeer(() => ({ document: { version: 'mine' } }))
    await using other = await cannedPeer(() => ({ document: { version: 'other' } }))
    expect(await config('set', 'host', peer.host)).toEqual({ status: 0, stdout: '', stderr: '' })
    await config('set', 'enc', 'json')
    expect((await run(['version'], { HOME })).stdout).toBe('{\n    "version": "mine"\n}\n')
    expect((await run(['--enc', 'text', '--host', other.host, 'version'], { HOME })).stdout).toBe('other\n')
    expect((await config('ls')).stdout).toBe(`host=${peer.host}\nencoding=json\n`)
    await config('unset', 'enc')
    expect((await run(['version'], { HOME })).stdout).toBe('mine\n')
    expect(await config('get', 'encoding')).toMatchObject({
      status: 1,
      stderr: 'error : nothing was set for encoding\n'
    })
  })

  it('are kept where nobody else reads them, and credentials are not shown', async () => {
    await config('set', 'basic-auth', 'me:pass word')
    const file = join(HOME, '.config/ipfs-cluster-ctl/config.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await config('ls')).stdout).toBe('basic-auth=<hidden>\n')
    expect((await config('ls', '--secrets')).stdout).toBe('basic-auth=me:pass word\n')
    expect((await config('get', 'basic-auth')).stdout).toBe('me:pass word\n')
  })

  it.each([
    [['set', 'nope', 'x'], /^error : there is no option "nope": there are host, secret, /],
    [['set', 'host'], /^error : need an option and its value\n/],
    [['set', 'host', 'http://x'], /^error parsing host multiaddress: /],
    [['set', 'encoding', 'yaml'], /^error : unsupported encoding\n/],
    [['set', 'timeout', 'soon'], /^error : invalid value "soon" for flag -timeout: parse error\n/]
  ])('%j is refused', async (words, complaint) => {
    const { status, stdout, stderr } = await config(...words)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(complaint)
    expect(readdirSync(HOME)).toEqual([])
  })

  it('cannot be kept where no folder can be made, nor where a folder has the name of the file', async () => {
    writeFileSync(join(HOME, '.config'), '')
    const file = join(HOME, '.config/ipfs-cluster-ctl/config.json')
    const complaint = `error : open ${file}: not a directory\n`
    expect(await config('set', 'timeout', '5')).toEqual({ status: 1, stdout: '', stderr: complaint })
    rmSync(join(HOME, '.config'))
    mkdirSync(file, { recursive: true })
    for (const words of [['set', 'timeout', '5'], ['unset', 'timeout'], ['get', 'timeout'], ['ls']]) {
      expect(await config(...words)).toEqual({
        status: 1,
        stdout: '',
        stderr: `error : open ${file}: is a directory\n`
      })
    }
  })

  it.each(['null', '[]', '"text"'])('in a file that holds %s are not taken', async (text) => {
    await config('set', 'timeout', '5')
    writeFileSync(join(HOME, '.config/ipfs-cluster-ctl/config.json'), text)
    const { status, stderr } = await run(['version'], { HOME })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error reading .*config\.json: correct or remove it: it is no JSON object\n$/)
  })

  it('in a file that is broken are not passed over', async () => {
    await config('set', 'timeout', '5')
    const file = join(HOME, '.config/ipfs-cluster-ctl/config.json')
    writeFileSync(file, '{')
    const { status, stderr } = await run(['version'], { HOME })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error reading .*config\.json: correct or remove it: /)
  })

  it('need a home to be kept', async () => {
    const { status, stderr } = await run(['config', 'set', 'timeout', '5'])
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error : there is no place for it: neither XDG_CONFIG_HOME nor HOME is set\n'
    })
  })
})
