import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createIdentity, formatIdentity, loadIdentity } from '@ipfs-cluster/core/config'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import { runHere } from './helpers/run-here.ts'
import { fillIn, readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders } from '../../cli-kit/test-suites/replay/transcript.ts'

const transcripts = readTranscripts(import.meta.dirname, 'service-daemon-failures')

/** Needs another process that holds the lock: in daemon.test.ts. */
const ELSEWHERE = new Set(['second-daemon-same-folder'])

type Document = Record<string, Record<string, unknown>>

/** What is wrong with the folder of each transcript, beginning with one that `init` made. */
const FAULTS: Record<string, (folder: string, url: string) => Promise<unknown>> = {
  none: (folder) => rm(folder, { recursive: true }),
  bad: (folder) => writeFile(join(folder, 'service.json'), '{nope'),
  'cfg-secret-short': edit(({ cluster }) => (cluster!['secret'] = 'abcd')),
  'cfg-secret-nonhex': edit(({ cluster }) => (cluster!['secret'] = 'z'.repeat(64))),
  'cfg-listen-bad': edit(({ cluster }) => (cluster!['listen_multiaddress'] = 'nope')),
  'cfg-duration-bad': edit(({ cluster }) => (cluster!['state_sync_interval'] = 'often')),
  'cfg-repl-bad': edit(({ cluster }) => (cluster!['replication_factor_min'] = 3)),
  'cfg-wrong-type': edit(({ cluster }) => (cluster!['peername'] = 5)),
  'cfg-both-consensus': edit(({ consensus }) => (consensus!['raft'] = {})),
  'cfg-no-cluster': edit((document) => delete document['cluster']),
  'cfg-api-bad': edit(({ api }) => (api!['restapi'] = { http_listen_multiaddress: 'x' })),
  'cfg-trusted-bad': edit(({ consensus }) => (consensus!['crdt'] = { trusted_peers: ['nobody'] })),
  noident: (folder) => rm(join(folder, 'identity.json')),
  badident: (folder) => writeFile(join(folder, 'identity.json'), '{}'),
  badident2: (folder) => writeFile(join(folder, 'identity.json'), 'xyz'),
  idmis: async (folder) => {
    const path = join(folder, 'identity.json')
    const own = await loadIdentity(path)
    await writeFile(path, formatIdentity({ ...(await createIdentity()), id: own!.id }))
  },
  src: (folder) => writeSource(folder, 'http://127.0.0.1:1/t.json'),
  src3: (folder, url) => writeSource(folder, `${url}/redir.json`),
  src4: (folder, url) => writeSource(folder, `${url}/404.json`),
  src5: (folder, url) => writeSource(folder, `${url}/bad.json`),
  p: async () => {}
}

function edit(change: (document: Document) => unknown): (folder: string) => Promise<void> {
  return async (folder) => {
    const path = join(folder, 'service.json')
    const document = JSON.parse(await readFile(path, 'utf8')) as Document
    change(document)
    await writeFile(path, JSON.stringify(document, null, 2))
  }
}

async function writeSource(folder: string, source: string): Promise<void> {
  await writeFile(join(folder, 'service.json'), JSON.stringify({ source }))
}

let root: string
let server: Server
let placeholders: Placeholders

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-daemon-'))
  server = createServer((request, response) => {
    if (request.url === '/redir.json') response.end('{"source": "http://127.0.0.1:1/t.json"}')
    else if (request.url === '/bad.json') response.end('not json')
    else response.writeHead(404).end('missing')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  placeholders = { $CLUSTER_ROOT: root, $CLOSED: '1', $TEMPLATE_PORT: String((server.address() as AddressInfo).port) }
})

afterAll(async () => {
  server.close()
  await rm(root, { recursive: true })
})

describe('a daemon that cannot start, as the Go release reports it', () => {
  for (const transcript of transcripts) {
    if (ELSEWHERE.has(transcript.name)) continue
    it(transcript.name, async () => {
      const folder = fillIn(transcript.argv[2] ?? '', placeholders)
      await runHere(['-c', folder, 'init', '-f'], { HOME: root })
      await FAULTS[folder.slice(root.length + 1)]!(folder, `http://127.0.0.1:${placeholders['$TEMPLATE_PORT']}`)
      const argv = transcript.argv.slice(1).map((word) => fillIn(word, placeholders))
      const env = Object.entries(transcript.env).map(([name, value]) => [name, value.replace(/\$[A-Z_]+/, '0')])
      const run = await runHere(argv, { HOME: root, ...(Object.fromEntries(env) as Record<string, string>) })
      const recorded = { ...transcript, stderr: transcript.stderr.replace('error error parsing', 'error parsing') }
      expect(differences(recorded, run, placeholders)).toEqual([])
    })
  }
})

describe('a daemon that cannot start', () => {
  it('says where the fault is and what is allowed', async () => {
    const folder = join(root, 'hint')
    await runHere(['-c', folder, 'init'], { HOME: root })
    await FAULTS['cfg-duration-bad']!(folder, '')
    const { stderr } = await runHere(['-c', folder, 'daemon'], { HOME: root })
    expect(stderr).toContain(
      'error loading configurations: error parsing cluster.state_sync_interval: time: invalid duration "often"\n' +
        `  ${folder}/service.json:32: cluster.state_sync_interval is "often"; allowed: a duration such as "1h30m", "5s" or "200ms", above 0\n`
    )
  })

  it.each([['daemon'], ['state', 'export'], ['init']])(
    'says that its folder cannot be written: %s',
    async (...words) => {
      const { status, stderr } = await runHere(['-c', '/dev/null/peer', ...words], { HOME: root })
      expect(status).toBe(1)
      expect(stderr).toMatch(
        /error [^:]+: .*\/dev\/null\/peer.*not a directory|error [^:]+: ENOTDIR.*\/dev\/null\/peer/
      )
    }
  )

  const itAsUser = process.getuid?.() === 0 ? it.skip : it
  itAsUser('says that this user may not write to its folder (skipped as root, who may)', async () => {
    const folder = join(root, 'read-only')
    await runHere(['-c', folder, 'init'], { HOME: root })
    await chmod(folder, 0o500)
    const { status, stderr } = await runHere(['-c', folder, 'daemon'], { HOME: root })
    await chmod(folder, 0o700)
    expect(status).toBe(1)
    expect(stderr).toContain(`open ${folder}/cluster.lock: permission denied`)
    expect(stderr).toContain('make sure that the config folder is writable for the user running ipfs-cluster-service')
  })

  it('does not have Raft yet', async () => {
    const folder = join(root, 'raft')
    await runHere(['-c', folder, 'init', '--consensus', 'raft'], { HOME: root })
    const run = await runHere(['-c', folder, 'daemon'], { HOME: root })
    expect(run).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error creating state manager: Raft is not there yet')
    })
  })

  it('refuses to leave the data of another engine behind, and says how to move it', async () => {
    const folder = join(root, 'pebble')
    await runHere(['-c', folder, 'init', '--datastore', 'pebble'], { HOME: root })
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(folder, 'pebble'))
    await writeFile(join(folder, 'pebble', '000001.sst'), 'data')
    const { status, stderr } = await runHere(['-c', folder, 'daemon'], { HOME: root })
    expect(status).toBe(1)
    expect(stderr).toContain(
      `error creating datastore: this peer cannot read the datastore pebble, and ${folder}/pebble holds data`
    )
    expect(stderr).toContain(`ipfs-cluster-service -c ${folder} state export -f ${folder}/pinset.json`)
    expect(stderr).toContain(`ipfs-cluster-service -c ${folder} state import -f ${folder}/pinset.json`)
  })
})
