import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { parseServiceConfig } from '@ipfs-cluster/core/config'
import { runHere } from './helpers/run-here.ts'

const SECRET = '2588b80d5cb05374fa142aed6cbb047d1f4ef8ef15e37eba68c65b9d30df67ed'

let root: string
let folder: string
let file: string
let original: string

const run = (words: string[], env: Record<string, string> = {}): ReturnType<typeof runHere> =>
  runHere(['-c', folder, 'config', ...words], { HOME: root, ...env })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-config-'))
  folder = join(root, 'peer')
  file = join(folder, 'service.json')
  await runHere(['-c', folder, 'init'], { HOME: root, CLUSTER_SECRET: SECRET })
  original = await readFile(file, 'utf8')
})

beforeEach(() => writeFile(file, original))
afterAll(() => rm(root, { recursive: true }))

describe('config show', () => {
  it('gives what file and environment come to, as a service.json without its secrets', async () => {
    const { status, stdout } = await run(['show'], { CLUSTER_PEERNAME: 'somebody' })
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ cluster: { peername: 'somebody', secret: 'XXX_hidden_XXX' } })
    expect(stdout).not.toContain(SECRET)
  })

  it('gives the secrets when it is asked for them, and then is a service.json', async () => {
    const { stdout } = await run(['show', '--secrets'])
    expect(stdout).toContain(SECRET)
    expect(parseServiceConfig(stdout, 'shown')).toEqual(parseServiceConfig(original, 'file'))
  })

  it('says where each setting comes from', async () => {
    const { stdout } = await run(['show', '--origin'], { CLUSTER_CRDT_REBROADCASTINTERVAL: '20s' })
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/))
    const of = (key: string): string[] | undefined => lines.find(([name]) => name === key)
    expect(of('consensus.crdt.rebroadcast_interval')).toEqual([
      'consensus.crdt.rebroadcast_interval',
      '"20s"',
      'environment CLUSTER_CRDT_REBROADCASTINTERVAL'
    ])
    const line = original.split('\n').findIndex((text) => text.includes('"secret"')) + 1
    expect(of('cluster.secret')).toEqual(['cluster.secret', '(hidden)', `${file}:${line}`])
    expect(of('consensus.crdt.peerset_metric')?.[2]).toBe('default')
    expect(stdout).not.toContain(SECRET)
  })

  it('says so in JSON too', async () => {
    const { stdout } = await run(['show', '--origin', '--secrets', '--enc', 'json'])
    expect(JSON.parse(stdout)).toContainEqual({
      key: 'cluster.secret',
      value: JSON.stringify(SECRET),
      origin: expect.stringContaining(file)
    })
    expect(await run(['show', '--enc', 'yaml'])).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('config validate', () => {
  it('finds nothing wrong with what init makes', async () => {
    expect(await run(['validate'])).toEqual({ status: 0, stdout: `${file} is valid\n`, stderr: '' })
  })

  it('warns of what is accepted and cannot be meant', async () => {
    await writeFile(file, original.replace('"peername":', '"peernam": "x",\n    "peername": "y",\n    "peername":'))
    const { status, stdout } = await run(['validate'])
    expect(status).toBe(0)
    expect(stdout).toContain(`warning: ${file}:3: cluster.peernam has no meaning and is passed over\n`)
    expect(stdout).toContain(`warning: ${file}:5: cluster.peername stands here once more; the last one counts\n`)
  })

  it.each([
    ['a trailing comma', (text: string) => text.replace('"cluster": {', '"cluster": {,'), /:2\b.*no comma/s],
    ['a comma at the end', (text: string) => text.replace(/\n\}$/, ',\n}'), /allowed: JSON: .*no comma after the last/],
    [
      'a wrong type',
      (text: string) => text.replace('"leave_on_shutdown": false', '"leave_on_shutdown": "no"'),
      /json: cannot unmarshal string .*\n .*service\.json:5: cluster\.leave_on_shutdown is a string; allowed: true or false/
    ],
    [
      'a value that is not allowed',
      (text: string) => text.replace('"concurrent_pins": 10', '"concurrent_pins": -1'),
      /service\.json:\d+: stateless\.concurrent_pins is -1; allowed: a whole number, above 0/
    ]
  ])('reports %s with its place', async (_what, damage, expected) => {
    const text = damage(original)
    expect(text).not.toBe(original)
    await writeFile(file, text)
    const { status, stderr, stdout } = await run(['validate'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^error loading configurations: /)
    expect(stderr).toMatch(expected)
  })

  it('reports a fault in the environment', async () => {
    const { status, stderr } = await run(['validate'], { CLUSTER_PINRECOVERINTERVAL: 'never' })
    expect(status).toBe(1)
    expect(stderr).toContain('CLUSTER_PINRECOVERINTERVAL is "never"; allowed: a duration')
  })
})
