import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

const FIRST = { name: 'a', cid: 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm', size: 3 }
const LAST = { name: '', cid: 'QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd', size: 9 }

let folder = ''
let file = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ctl-'))
  file = join(folder, 'a')
  await writeFile(file, 'abc')
})

afterAll(() => rm(folder, { recursive: true }))

async function add(
  flags: readonly string[],
  error?: string
): Promise<{ status: number; stdout: string; asked: string }> {
  await using peer = await cannedPeer((request) => {
    if (request.startsWith('POST')) return { stream: [FIRST, LAST], ...(error === undefined ? {} : { error }) }
    return { document: { cid: LAST.cid, replication_factor_min: -1 } }
  })
  const { status, stdout } = await run([
    ...flags.filter((flag) => flag === '--enc=json'),
    '--host',
    peer.host,
    'add',
    ...flags.filter((flag) => flag !== '--enc=json'),
    file
  ])
  return { status, stdout, asked: peer.asked.join('\n') }
}

describe('add', () => {
  it.each([
    [[], `added ${FIRST.cid} a\nadded ${LAST.cid} \n`],
    [['-q'], `${FIRST.cid}\n${LAST.cid}\n`],
    [['-Q'], `${LAST.cid}\n`],
    [['--no-stream'], `added ${FIRST.cid} a\nadded ${LAST.cid} \n`],
    [['--no-stream', '-Q'], `${LAST.cid}\n`]
  ])('%j', async (flags, expected) => {
    expect(await add(flags)).toMatchObject({ status: 0, stdout: expected })
  })

  it('tells what was added before a failure, and does not wait', async () => {
    for (const flags of [[], ['-q'], ['-Q'], ['--no-stream']]) {
      const { status, stdout, asked } = await add([...flags, '--wait'], 'no space')
      expect(status).toBe(2)
      expect(stdout).toContain(LAST.cid)
      expect(stdout).toMatch(/Code: 500\n {2}Message: no space\n$/)
      expect(asked).not.toContain('GET')
    }
  })

  it.each([
    [['--hash', 'sha3-512'], 'cid-version=1&format=unixfs&hash=sha3-512', 'raw-leaves=true'],
    [['--cid-version', '1'], 'cid-version=1', 'raw-leaves=true'],
    [['--format', 'zip', '--layout', 'odd'], 'format=zip', 'layout=odd'],
    [['-w'], 'wrap-with-directory=true', 'raw-leaves=false'],
    [['--no-pin', '--local', '-H', '-r'], 'hidden=true', 'local=true&mode=recursive&name=&no-pin=true'],
    [['--name', 'my name', '--metadata', 'k2=v=2'], 'meta-k2=v%3D2', 'name=my+name'],
    [['--allocations', 'notapeer'], 'user-allocations=&', 'shard=false']
  ])('asks for %j', async (flags, ...expected) => {
    const { asked } = await add(flags)
    for (const part of expected) expect(asked).toContain(part)
  })

  it('wraps several paths', async () => {
    expect((await add([file])).asked).toContain('wrap-with-directory=true')
  })

  it('waits for as many copies as the pin asks for', async () => {
    const { status, asked } = await add(['--wait', '-Q'])
    expect(status).toBe(0)
    expect(asked).toContain(`GET /allocations/${LAST.cid}`)
    expect(asked).toContain(`GET /pins/${LAST.cid}?local=false`)
  })

  it('tells which URL could not be fetched', async () => {
    await using peer = await cannedPeer(() => ({ stream: [] }))
    const { status, stdout } = await run(['--host', peer.host, 'add', 'http://127.0.0.1:1/x'])
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /Code: 0\n {2}Message: Post "http:[^"]*\/add\?[^"]*": Get "http:\/\/127\.0\.0\.1:1\/x": dial tcp 127\.0\.0\.1:1: connect: connection refused\n$/
    )
  })
})
