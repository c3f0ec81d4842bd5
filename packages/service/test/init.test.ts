import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { VERSION } from '@ipfs-cluster/api'
import { createIdentity, parseServiceConfig, saveIdentity } from '@ipfs-cluster/core/config'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import { runHere } from './helpers/run-here.ts'
import { fillIn, readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders, Transcript } from '../../cli-kit/test-suites/replay/transcript.ts'

const transcripts = readTranscripts(import.meta.dirname, 'service-init')
const SECRET = '2588b80d5cb05374fa142aed6cbb047d1f4ef8ef15e37eba68c65b9d30df67ed'

/** Needs another current folder, which is that of the process: tested with a process of its own. */
const ELSEWHERE = new Set(['init-relative-path'])

/** What was there before a run, where no earlier run had made it. */
const PREPARATIONS: Record<string, (root: string) => Promise<unknown>> = {
  'init-path-is-file': (root) => writeFile(join(root, 'l'), ''),
  'init-identity-exists': async (root) => saveIdentity(join(root, 'k', 'identity.json'), await createIdentity())
}

/** docs/differences.md: the programs say their own version as well. */
function expected(transcript: Transcript): Transcript {
  const stdout = transcript.stdout.replace('1.1.6', VERSION)
  return { ...transcript, stdout }
}

/** docs/differences.md: `init` makes LevelDB the datastore. */
function expectedContent(transcript: Transcript, text: string): string {
  const document = JSON.parse(text) as { datastore?: Record<string, unknown> }
  if (document.datastore?.['pebble'] === undefined || transcript.argv.includes('--datastore')) return text
  const leveldb = transcripts.find(({ name }) => name === 'init-leveldb')?.content_after?.['service.json'] ?? '{}'
  return JSON.stringify({ ...document, datastore: (JSON.parse(leveldb) as typeof document).datastore }, null, 2)
}

function toPattern(text: string): RegExp {
  const pattern = text
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\\$RANDOM_SECRET', '[0-9a-f]{64}')
    .replaceAll('\\$PRIVKEY', '[A-Za-z0-9+/=]{92}')
    .replaceAll('\\$PEERID', '12D3KooW[1-9A-Za-z]{44}')
    .replaceAll('\\$HOSTNAME', hostname())
    .replaceAll('\\$SECRET', SECRET)
    .replace(/\/(tcp|udp)\/\d+/g, '/$1/\\d+')
  return new RegExp(`^${pattern}$`)
}

let root: string
let home: string
let placeholders: Placeholders

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-init-'))
  home = join(root, 'home')
  await mkdir(home)
  placeholders = { $CLUSTER_ROOT: root, $HOME: home, $SECRET: SECRET }
})

afterAll(() => rm(root, { recursive: true }))

/** The folder that a transcript speaks of. */
function folderOf({ argv, env, files_after: files = [] }: Transcript): string {
  const flag = argv.findIndex((word) => word === '-c' || word === '--config')
  if (flag !== -1) return fillIn(argv[flag + 1] ?? '', placeholders)
  return files.some(({ path }) => path.startsWith('.ipfs-cluster'))
    ? home
    : fillIn(env['IPFS_CLUSTER_PATH'] ?? home, placeholders)
}

describe('init, as the Go release does it', () => {
  for (const transcript of transcripts) {
    if (ELSEWHERE.has(transcript.name)) continue
    // They build on each other, so they run in order.
    it(transcript.name, async () => {
      await PREPARATIONS[transcript.name]?.(root)
      const argv = transcript.argv.slice(1).map((word) => fillIn(word, placeholders))
      const env = Object.entries(transcript.env).map(([name, value]) => [name, fillIn(value, placeholders)])
      const run = await runHere(
        argv,
        { HOME: home, ...Object.fromEntries(env) },
        { stdin: fillIn(transcript.stdin, placeholders) }
      )
      expect(differences(expected(transcript), run, placeholders)).toEqual([])

      const folder = folderOf(transcript)
      const { files_after: files, content_after: contents } = transcript
      if (files !== undefined && existsSync(folder) && (await stat(folder)).isDirectory()) {
        expect(await listFiles(folder)).toEqual(files.map(({ path, mode }) => `${path} ${mode}`).sort())
      }
      for (const [file, text] of Object.entries(contents ?? {})) {
        const content = await readFile(join(folder, file), 'utf8')
        if (file !== 'service.json') expect(content).toMatch(toPattern(text))
        else expect(content).toMatch(toPattern(expectedContent(transcript, text)))
      }
    })
  }
})

async function listFiles(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    // Other runs work in the same folders beside each other.
    ({ parentPath }) => folder !== home || !parentPath.includes('other')
  )
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1) + (entry.isDirectory() ? '/' : '')
    return `${name} ${((await stat(path)).mode & 0o777).toString(8)}`
  })
  return (await Promise.all(lines)).sort()
}

describe('init', () => {
  it('makes a peer with an IPFS node of its own, on ports that do not meet', async () => {
    const folder = join(root, 'embedded')
    const run = await runHere(['-c', folder, 'init', '--embedded-ipfs', '--randomports'], { HOME: home })
    expect(run.status).toBe(0)
    const config = parseServiceConfig(await readFile(join(folder, 'service.json'), 'utf8'), 'service.json')
    const { ipfsNode, ipfsConnector, api } = config
    expect(ipfsNode?.enabled).toBe(true)
    expect(ipfsConnector.ipfshttp.nodeMultiaddress).toBe(ipfsNode?.apiMultiaddress)
    expect(api.ipfsproxy?.nodeMultiaddress).toBe(ipfsNode?.apiMultiaddress)
    const tcp = [
      ...config.cluster.listenMultiaddress,
      ...api.restapi!.httpListenMultiaddress,
      ...api.pinsvcapi!.httpListenMultiaddress,
      ...api.ipfsproxy!.listenMultiaddress,
      ipfsNode!.apiMultiaddress,
      ipfsNode!.gatewayMultiaddress,
      ...ipfsNode!.swarmMultiaddress
    ].flatMap((address) => /\/tcp\/(\d+)/.exec(address)?.[1] ?? [])
    expect(new Set(tcp).size).toBe(7)
    for (const port of ['9094', '9095', '9096', '9097', '5001', '8080', '4001']) expect(tcp).not.toContain(port)
  })

  it('says what is wrong with a variable, and which', async () => {
    const run = await runHere(['-c', join(root, 'bad'), 'init'], { HOME: home, CLUSTER_STATESYNCINTERVAL: 'often' })
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(run.stderr).toBe(
      'error applying environment variables to configuration: error parsing cluster.state_sync_interval: time: invalid duration "often"\n' +
        '  CLUSTER_STATESYNCINTERVAL is "often"; allowed: a duration such as "1h30m", "5s" or "200ms", above 0\n'
    )
    expect(existsSync(join(root, 'bad'))).toBe(false)
  })
})
