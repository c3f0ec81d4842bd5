import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import type { Outcome } from '../../cli-kit/test-suites/replay/differences.ts'
import { runHere } from './helpers/run-here.ts'
import { fillIn, readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders, Transcript } from '../../cli-kit/test-suites/replay/transcript.ts'

const transcripts = readTranscripts(import.meta.dirname, 'service-state')

/** What is asked of a peer with the Raft consensus, but that it has no CRDT. */
const needsRaft = ({ name }: Transcript): boolean => name.startsWith('raft-') && name !== 'raft-crdt-info'

/** docs/differences.md: an import that fails changes nothing, so what was there before is exported. */
const KEEPS_PINSET: Record<string, string> = {
  'export-after-bad': 'export',
  'export-after-half': 'export'
}

let root: string
let placeholders: Placeholders

const run = (...argv: string[]): Promise<Outcome> => runWith('', ...argv)
const runWith = (stdin: string, ...argv: string[]): Promise<Outcome> => runHere(argv, { HOME: root }, { stdin })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-state-'))
  const fixtures = join(root, 'fix')
  placeholders = { $CLUSTER_ROOT: root, $FIX: fixtures }
  await mkdir(fixtures)
  const pins = pinsFile()
  await writeFile(join(fixtures, 'pins.json'), pins)
  await writeFile(join(fixtures, 'bad.json'), 'nope')
  await writeFile(join(fixtures, 'half.json'), `${pins.split('\n')[0]}\n{"cid": 5}\n`)
  for (const name of ['x', 'both', 'nocons', 'twods', 'nods']) await run('-c', join(root, name), 'init')
  await run('-c', join(root, 'y'), 'init', '--consensus', 'raft')
  await run('-c', join(root, 'z'), 'init', '--datastore', 'leveldb')
  await edit('both', ({ consensus }) => (consensus!['raft'] = {}))
  await edit('nocons', (document) => (document['consensus'] = {}))
  await edit('twods', ({ datastore }) => (datastore!['pebble'] = {}))
  await edit('nods', (document) => (document['datastore'] = {}))
})

afterAll(() => rm(root, { recursive: true }))

function pinsFile(): string {
  const files = transcripts.flatMap(({ files_before: before = [] }) => before)
  return files.find(({ path }) => path === '$FIX/pins.json')!.content
}

type Document = Record<string, Record<string, unknown>>

async function edit(name: string, change: (document: Document) => unknown): Promise<void> {
  const path = join(root, name, 'service.json')
  const document = JSON.parse(await readFile(path, 'utf8')) as Document
  change(document)
  await writeFile(path, JSON.stringify(document, null, 2))
}

/** What is recorded as a pattern is the same but for these values. */
function comparable(transcript: Transcript): Transcript {
  const { match, volatile } = transcript
  if (match.stdout !== 'pattern') return transcript
  return {
    ...transcript,
    match: { ...match, stdout: 'exact' },
    volatile: [...volatile, String.raw`\b(bafy\w+|true|false|\d+)\b`]
  }
}

/** docs/differences.md: `init` makes LevelDB the datastore. */
function expectedFiles({ files_after: files = [] }: Transcript): string[] {
  return files.map(({ path, mode }) => `${path.replace('pebble', 'leveldb')} ${mode}`).sort()
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const lines = entries.map(async (entry) => {
    const mode = (await stat(join(folder, entry.name))).mode & 0o777
    return `${entry.name}${entry.isDirectory() ? '/' : ''} ${mode.toString(8)}`
  })
  return (await Promise.all(lines)).sort()
}

describe('state, as the Go release does it', () => {
  for (const transcript of transcripts) {
    if (needsRaft(transcript)) {
      it.skip(`${transcript.name}: Raft is not there yet`, () => {})
      continue
    }
    // They build on each other, so they run in order.
    it(transcript.name, async () => {
      const argv = transcript.argv.slice(1).map((word) => fillIn(word, placeholders))
      const result = await runWith(fillIn(transcript.stdin, placeholders), ...argv)
      const same = transcripts.find(({ name }) => name === KEEPS_PINSET[transcript.name])
      const { stdout, match } = same ?? transcript
      expect(differences(comparable({ ...transcript, stdout, match }), result, placeholders)).toEqual([])
      if (transcript.files_after !== undefined) expect(await filesOf(argv[1]!)).toEqual(expectedFiles(transcript))
      for (const [name, text] of Object.entries(transcript.content_after ?? {})) {
        const content = await readFile(join(argv[1]!, name), 'utf8')
        expect(name.endsWith('.dot') ? withoutCids(content) : sorted(content)).toBe(
          name.endsWith('.dot') ? withoutCids(text) : sorted(text)
        )
      }
    })
  }
})

const sorted = (text: string): string => text.split('\n').sort().join('\n')

/** The block of an import depends on what is imported; its form does not. */
const withoutCids = (text: string): string => text.replace(/bafybe\w+/g, 'CID').replace(/ \w{4}:/, ' LAST:')

describe('state import', () => {
  const folder = (): string => join(root, 'own')

  beforeAll(async () => {
    await run('-c', folder(), 'init')
    expect((await run('-c', folder(), 'state', 'import', '-f', join(root, 'fix', 'pins.json'))).status).toBe(0)
  })

  it.each([
    ['is cut off in the middle', (text: string) => text.slice(0, -40), 3, 'does not end'],
    ['has something else in between', (text: string) => text.replace('\n', '\nnope\n'), 2, '"n" stands where'],
    ['has a pin without a CID', (text: string) => `${text}\n\n{"name": "x"}`, 6, 'it has no cid'],
    ['has a peer that is none', (text: string) => text.replace('12D3KooWRN8', 'QQQ'), 2, 'allocations'],
    ['has a comma too much', (text: string) => text.replace('"type": "pin",', '"type": "pin",,'), 1, 'JSON']
  ])('changes nothing and names the line when the file %s', async (_what, damage, line, reason) => {
    const before = await run('-c', folder(), 'state', 'export')
    const text = damage(await readFile(join(root, 'fix', 'pins.json'), 'utf8'))
    const failed = await runWith(text, '-c', folder(), 'state', 'import', '-f')
    expect(failed.status).toBe(1)
    expect(failed.stderr).toMatch(new RegExp(`error importing state: line ${line}\\b.*${reason}`))
    expect(failed.stderr).toContain('; nothing was changed.')
    expect((await run('-c', folder(), 'state', 'export')).stdout).toBe(before.stdout)
  })

  it('takes the answer and the pins from the same input', async () => {
    const text = await readFile(join(root, 'fix', 'pins.json'), 'utf8')
    const done = await runWith(`y\n${text}`, '-c', folder(), 'state', 'import')
    expect(done).toMatchObject({ status: 0, stdout: expect.stringMatching(/y\/n\]: reading from stdin/) })
    expect((await run('-c', folder(), 'state', 'export')).stdout.split('\n')).toHaveLength(4)
  })

  it('moves a peer away from an engine that this release does not have', async () => {
    const peer = join(root, 'pebble-peer')
    await run('-c', peer, 'init', '--datastore', 'pebble')
    await mkdir(join(peer, 'pebble'))
    await writeFile(join(peer, 'pebble', '000001.sst'), 'data')
    const refused = await run('-c', peer, 'state', 'export')
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toContain(`state import -f ${peer}/pinset.json`)
    const imported = await run('-c', peer, 'state', 'import', '-f', join(root, 'fix', 'pins.json'))
    expect(imported.status).toBe(0)
    expect((await run('-c', peer, 'state', 'export')).stdout.split('\n')).toHaveLength(4)
    expect(await readdir(join(peer, 'pebble'))).toEqual(['000001.sst'])
  })
})

describe('state export', () => {
  it('that fails leaves the file of an earlier one', async () => {
    const folder = join(root, 'damaged')
    const file = join(root, 'backup.json')
    await writeFile(file, 'the last good one', { mode: 0o600 })
    await run('-c', folder, 'init')
    await writeFile(join(folder, 'leveldb'), 'not a folder')
    const failed = await run('-c', folder, 'state', 'export', '-f', file)
    expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining('error exporting state: ') })
    expect(await readFile(file, 'utf8')).toBe('the last good one')
    expect((await readdir(root)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('replaces a file and keeps its mode', async () => {
    const folder = join(root, 'good')
    const file = join(root, 'pins-of-good.json')
    await writeFile(file, 'old', { mode: 0o600 })
    await run('-c', folder, 'init')
    await run('-c', folder, 'state', 'import', '-f', join(root, 'fix', 'pins.json'))
    expect((await run('-c', folder, 'state', 'export', '-f', file)).status).toBe(0)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(4)
  })

  it('writes to what is no file as it is', async () => {
    const run2 = await run('-c', join(root, 'good'), 'state', 'export', '-f', '/dev/null')
    expect(run2.status).toBe(0)
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })
})

describe('state cleanup', () => {
  it('takes away what only this release knows as well', async () => {
    const folder = join(root, 'cleaned')
    await run('-c', folder, 'init')
    await run('-c', folder, 'state', 'import', '-f', join(root, 'fix', 'pins.json'))
    const { levelDatastore } = await import('@ipfs-cluster/core/datastore')
    const keys = async (write: boolean): Promise<string[]> => {
      const datastore = levelDatastore({ location: join(folder, 'leveldb') })
      await datastore.open()
      if (write) await datastore.put('/ts/status/example', new Uint8Array([1]))
      const found = (await Array.fromAsync(datastore.keys({ prefix: '/' }))).flat()
      await datastore.close()
      return found
    }
    expect(await keys(true)).toEqual(expect.arrayContaining(['/ts/status/example', '/ts/crdt/c/summary']))
    expect((await run('-c', folder, 'state', 'cleanup', '-f')).status).toBe(0)
    expect(await keys(false)).toEqual([])
  })
})

describe('a peer with the Raft consensus', () => {
  it.each([['export'], ['import', '-f'], ['cleanup', '-f']])('has no state commands yet: %s', async (...words) => {
    const { status, stdout, stderr } = await run('-c', join(root, 'y'), 'state', ...words)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('error creating state manager: Raft is not there yet')
  })
})
