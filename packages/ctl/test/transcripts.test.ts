import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import { fillIn, readTranscripts } from '../../cli-kit/test-suites/replay/transcript.ts'
import type { Placeholders, Transcript } from '../../cli-kit/test-suites/replay/transcript.ts'
import { cannedPeer } from './canned-peer.ts'
import type { Canned } from './canned-peer.ts'
import { run } from './run.ts'

/** Any valid IDs. They sort as the peers of the transcripts do. */
const IDS: Placeholders = {
  $PEER0: '12D3KooWA768LzHMatxkjD1f9DrYW375GZJr6MHPCNEdDtHeTNRt',
  $PEER2: '12D3KooWHVXoJnv2ifmr9K6LWwJPXxkfvzZRHzjiTZMvybeTnwPy',
  $PEER1: '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG',
  $IPFS0: '12D3KooWCRscMgHgEo3ojm8ovzheydpvTEqsDtq7Vby38cMHrYjt',
  $IPFS1: '12D3KooWBJdYXoXCy9dZ6M2LUZ2Ljbkvq6ryLeJS9y9wQBtKxhh4',
  $IPFS2: '12D3KooWJgq5Uz5rJP5cAVpgvKAxMrFdZRDrxdV3ZnTbQdrxHUbi',
  $SWARM0: '19096',
  $SWARM1: '19097',
  $SWARM2: '19098',
  $IPFS_SWARM0: '14001',
  $IPFS_SWARM1: '14002',
  $IPFS_SWARM2: '14003'
}

const folder = mkdtempSync(join(tmpdir(), 'ctl-'))
const transcripts = ['ctl-crdt3', 'ctl-flag-syntax'].flatMap((name) => readTranscripts(import.meta.dirname, name))
const byName = new Map(transcripts.map((transcript) => [transcript.name, transcript]))

afterAll(() => rmSync(folder, { recursive: true }))

/** What the peer sent was not the same both times, or it sent nothing. */
const NOT_PAIRED = ['ipfs-gc', 'timeout-expires', 'wait-timeout-expires']

/**
 * The documents that a JSON transcript shows are what the peer had sent: given them again, the program must print the
 * JSON as it stands, and the text of the same command.
 */
const PAIRED = transcripts.filter((text) => {
  const json = byName.get(`${text.name}-json`)
  if (json === undefined || NOT_PAIRED.includes(text.name)) return false
  return json.argv.join(' ').replace('--enc json ', '') === text.argv.join(' ')
})

describe('output of the Go release', () => {
  it.each(PAIRED.map(({ name }) => name))('%s, in text and JSON', async (name) => {
    const json = get(`${name}-json`)
    for (const transcript of [get(name), json]) expect(await replay(transcript, documentsOf(json))).toEqual([])
  })
})

/** Nothing is asked of a peer: the command line is wrong, or what it names. */
const LOCAL = transcripts.filter(({ name, argv, exit_code: status, stdout }) => {
  const isLocal = status === 3 || (status === 1 && !stdout.includes('An error occurred') && !stdout.includes('"code"'))
  return isLocal && !PAIRED.some((paired) => paired.name === name) && !argv.includes('graph')
})

describe('what fails before a peer is asked', () => {
  it.each(LOCAL.map(({ name }) => name))('%s', async (name) => {
    expect(await replay(get(name), [])).toEqual([])
  })
})

const FLAGS = [
  'single-dash-long',
  'equals-form',
  'short-equals',
  'double-dash-short',
  'global-repeated-last-wins',
  'bool-equals-false',
  'bool-equals-T',
  'timeout-hex',
  'timeout-negative',
  'enc-long',
  'host-short',
  'host-dns',
  'host-multi-failover',
  'version-extra-args',
  'basic-auth-force-http-noauth-server',
  'ctl-env-host-ignored',
  'timeout-1s'
]

describe('forms of the command line', () => {
  it.each(FLAGS)('%s', async (name) => {
    expect(await replay(get(name), ['{"version":"1.1.6"}'])).toEqual([])
  })
})

/** How a pin command shows in what it asks for. */
const REQUESTS: [name: string, request: string][] = [
  ['flags-after-positional', 'mode=recursive&name=late&replication-max=0&replication-min=0'],
  ['flags-after-positional-negative', 'mode=recursive&name=&replication-max=-1&replication-min=-1'],
  ['single-dash-rmin', 'mode=recursive&name=sd&replication-max=1&replication-min=1'],
  ['replication-overrides', 'mode=recursive&name=&replication-max=-1&replication-min=-1'],
  ['metadata-comma', 'meta-a=1%2Cb%3D2&mode=recursive'],
  ['metadata-empty-key', '?mode=recursive'],
  ['pin-add-meta', 'meta-a=1&meta-b=2&mode=recursive&name=meta'],
  ['pin-add-direct-ok', 'mode=direct&name=d'],
  ['pin-add-bad-mode', 'mode=recursive&name='],
  ['allocs-with-spaces', `&user-allocations=${IDS.$PEER1}`],
  ['pin-add-path', '/pins/ipfs/QmWgWsT9pjwWGuiU9i8Z4LZ8Ba9tJjMq4jWGTzydqWJo5m/a.txt?'],
  ['pin-add-path-nonprefixed', '/pins/ipfs/QmWgWsT9pjwWGuiU9i8Z4LZ8Ba9tJjMq4jWGTzydqWJo5m/b.txt?'],
  ['pin-update-ns', '&pin-update=QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm&'],
  ['pin-rm-ns', 'DELETE /pins/ipfs/QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd']
]

describe('what is asked for', () => {
  it.each(REQUESTS)('%s', async (name, request) => {
    await using peer = await cannedPeer(() => ({ document: { cid: 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm' } }))
    const { status } = await run(argvOf(get(name), peer.port))
    expect(status).toBe(0)
    expect(peer.asked.join('\n')).toContain(request)
  })

  it.each<[string, string]>([
    ['status-local-all', 'GET /pins?local=true&filter=&cids='],
    ['status-filter-error-queued', 'GET /pins?local=false&filter='],
    [
      'status-two-cids',
      'GET /pins?local=false&filter=&cids=QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm,QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd'
    ],
    ['pin-ls-filter-meta', 'GET /allocations?filter=meta-pin%2Cshard-pin'],
    ['pin-ls-filter-bad', 'GET /allocations?filter='],
    ['pin-ls-filter-pin-and-bad', 'GET /allocations?filter=pin'],
    ['pin-ls', 'GET /allocations?filter=all'],
    ['recover-all', 'POST /pins/recover?local=false'],
    ['recover-local', 'POST /pins/QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm/recover?local=true'],
    ['ipfs-gc-local', 'POST /ipfs/gc?local=true']
  ])('%s', async (name, request) => {
    await using peer = await cannedPeer((asked) =>
      asked.includes('/recover?local=true') || asked.includes('/gc') ? { document: {} } : { stream: [] }
    )
    const { status } = await run(argvOf(get(name), peer.port))
    expect(status).toBe(0)
    expect(peer.asked[0]?.startsWith(request)).toBe(true)
  })

  it('add-file: with the options that the Go release always sends', async () => {
    await using peer = await cannedPeer(() => ({ stream: [] }))
    await run(argvOf(get('add-file'), peer.port))
    const refused = get('host-refused-add').stdout
    expect(peer.asked).toEqual([`POST ${/\/add\?[^"]*/.exec(refused)?.[0]}`])
  })
})

function get(name: string): Transcript {
  const transcript = byName.get(name)
  if (transcript === undefined) throw new Error(`no transcript ${name}`)
  return transcript
}

/** The documents, as they stand, that a transcript in JSON shows. */
function documentsOf({ stdout, argv }: Transcript): string[] {
  const text = fillIn(stdout, IDS)
  // A list is one document, but for what is added: that is a stream in any case.
  if (text.startsWith('[') && argv.includes('add'))
    return (JSON.parse(text) as unknown[]).map((added) => JSON.stringify(added))
  return text.split(/(?<=^[}\]]$)\n/m).filter((document) => document.trim() !== '')
}

const STREAMS = /^(GET \/peers$|GET \/pins\?|GET \/allocations\?|POST \/pins\/recover|POST \/add)/

/** Runs a transcript against a peer that answers with these documents, and tells what differs. */
async function replay(transcript: Transcript, documents: readonly string[]): Promise<string[]> {
  const error = documents.length === 1 ? /^\{\s+"code": (\d+)/.exec(documents[0] ?? '')?.[1] : undefined
  const answer = (request: string): Canned => {
    if (error !== undefined)
      return error === '0' ? (_, response) => response.destroy() : { document: documents[0], status: Number(error) }
    const compact = documents.map((document) => document.replace(/\n */g, ''))
    if (STREAMS.test(request)) return { stream: compact }
    const pinned = /^(?:POST|DELETE) \/pins\/ip[fn]s\/(\w+)/.exec(request)?.[1]
    // What pin commands are answered with at first; they show what they ask for afterwards.
    if (pinned !== undefined && !transcript.stdout.includes('max_depth') && !transcript.stdout.includes('Added:')) {
      return { document: { cid: pinned, replication_factor_min: -1 } }
    }
    return { document: compact[0] ?? '' }
  }
  await using peer = await cannedPeer(answer)
  const placeholders = { ...IDS, $REST0: String(peer.port) }
  const outcome = await run(argvOf(transcript, peer.port), transcript.env)
  return differences(transcript, outcome, placeholders)
}

/** The command line, with files in place of those that the transcripts were made with. */
function argvOf(transcript: Transcript, port: number): string[] {
  const argv = transcript.argv
    .slice(1)
    .map((word) => fillIn(word, { ...IDS, $REST0: String(port), $REST1: '1', $TMP: folder }))
  const files = ['hello.txt', 'two.txt', 'empty.txt', 'big.bin', 'notcar.car', 'dir.car', 'dir']
  return argv.map((word, i) => (files.includes(word) && i > argv.indexOf('add') ? fixture(word) : word))
}

function fixture(name: string): string {
  const path = join(folder, name)
  if (name === 'dir') mkdirSync(path, { recursive: true })
  else writeFileSync(path, 'content')
  return path
}
