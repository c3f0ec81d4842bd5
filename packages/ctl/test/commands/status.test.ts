import { describe, expect, it } from '@jest/globals'
import { cannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const OTHER = 'QmUziqrwUSLDmuMXZtZTRxdaMy5DcueT39tjiE8zXejjUd'
const PEER = '12D3KooWA768LzHMatxkjD1f9DrYW375GZJr6MHPCNEdDtHeTNRt'

function item(status: string, cid = CID, more = {}): object {
  const entry = { peername: 'peer0', status, timestamp: '2026-11-21T09:36:40Z', error: '', ...more }
  return { cid, name: '', peer_map: { [PEER]: entry } }
}

function line(status: string): string {
  return `    > peer0                : ${status} | 2026-11-21T09:36:40Z | Attempts: 0 | Priority: false\n`
}

describe('status', () => {
  it('gives a terminal no orders of those who name pins, and others every byte', async () => {
    const name = 'a\u001b[2Jb\rc\u001b[31md\u009be'
    await using peer = await cannedPeer(() => ({ document: { ...item('pinned'), name } }))
    const words = ['--host', peer.host, 'status', CID]
    const shown = 'a\uFFFD[2Jb\uFFFDc\u001b[31md\uFFFDe'
    expect((await run(words, {}, { isTTY: true })).stdout).toContain(`| ${shown}:\n`)
    expect((await run(words)).stdout).toContain(`| ${name}:\n`)
    const table = await run(['--enc', 'table', ...words])
    expect(table.stdout).toContain('a\uFFFD[2Jb\uFFFDc')
  })

  it('is the same text on a terminal, in colours if those are wanted', async () => {
    await using peer = await cannedPeer(() => ({ document: item('pin_error') }))
    const words = ['--host', peer.host, 'status', CID]
    const { stdout } = await run(words, {}, { isTTY: true })
    expect(stdout).toContain('\u001b[31mPIN_ERROR\u001b[0m')
    const plain = (await run(words)).stdout
    expect(stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain)
    for (const [key, value] of Object.entries({ NO_COLOR: '1', TERM: 'dumb' })) {
      expect((await run(words, { [key]: value }, { isTTY: true })).stdout).toBe(plain)
    }
    const json = ['--enc', 'json', ...words]
    expect((await run(json, {}, { isTTY: true })).stdout).toBe((await run(json)).stdout)
  })

  it('is a table', async () => {
    await using peer = await cannedPeer(() => ({ stream: [item('pinned'), item('pin_queued', OTHER)] }))
    const { stdout } = await run(['--host', peer.host, '--enc', 'table', 'status'])
    const rows = stdout.split('\n').map((row) => row.split(/ {2,}/).slice(0, 4))
    expect(rows).toEqual([
      ['CID', 'NAME', 'PEER', 'STATUS'],
      [CID, 'peer0', 'PINNED', '2026-11-21T09:36:40Z'],
      [OTHER, 'peer0', 'PIN_QUEUED', '2026-11-21T09:36:40Z'],
      ['']
    ])
  })

  it('--why tells what a peer waits for and why the pin is there', async () => {
    const detail = {
      reason: 'the content is looked for',
      queue_place: 2,
      queue_length: 9,
      blocks: 3,
      last_error: 'slow'
    }
    const allocation = {
      outcome: 'extended',
      allocations: [PEER],
      peers: [{ peer: PEER, chosen: true, reason: 'candidate', rank: 1, of: 1, text: 'ranked 1 of 1' }]
    }
    await using peer = await cannedPeer(() => ({ document: { ...item('pinning', CID, { detail }), allocation } }))
    const { stdout } = await run(['--host', peer.host, 'status', '--why', CID])
    expect(stdout).toBe(
      `${CID}:\n${line('PINNING')}` +
        '  > peer0 waits:\n    - the content is looked for\n    - number 2 of 9 in the queue\n    - 3 blocks so far\n' +
        '    - failed before: slow\n  > Allocation: an allocation now would choose peers in addition\n' +
        `    - ${PEER} chosen: ranked 1 of 1\n`
    )
    expect(peer.asked).toEqual([`GET /pins/${CID}?explain=true`])
    expect(await run(['status', '--why'])).toMatchObject({ status: 1, stderr: 'error : --why needs one CID\n' })
  })
})

describe('status --watch', () => {
  it('shows items again when their state changes', async () => {
    const states = ['pin_queued', 'pin_queued', 'pinning', 'pinned']
    await using peer = await cannedPeer(() => {
      const status = states.shift()
      return status === undefined
        ? { document: { code: 500, message: 'over' }, status: 500 }
        : { stream: [item(status)] }
    })
    const { stdout } = await run(['--host', peer.host, 'status', '--watch', CID])
    expect(stdout).toBe(
      ['PIN_QUEUED', 'PINNING', 'PINNED'].map((status) => `${CID}:\n${line(status)}`).join('') +
        'An error occurred:\n  Code: 500\n  Message: over\n'
    )
  })

  it('shows rows of a table as they come, under one head', async () => {
    const states = ['pinning', 'pinned']
    await using peer = await cannedPeer(() => {
      const status = states.shift()
      return status === undefined
        ? { document: { code: 500, message: 'over' }, status: 500 }
        : { stream: [item(status)] }
    })
    const { stdout } = await run(['--host', peer.host, '--enc', 'table', 'status', '--watch', CID])
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/))
    expect(lines.slice(0, 3).map(([cid, , status]) => [cid, status])).toEqual([
      ['CID', 'PEER'],
      [CID, 'PINNING'],
      [CID, 'PINNED']
    ])
  })

  it('hears of what changes in the whole pinset', async () => {
    let end = (): void => undefined
    await using peer = await cannedPeer((asked) => {
      if (asked.startsWith('GET /events')) {
        return (_, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write(`id: 1\nevent: pin:status\ndata: ${JSON.stringify({ cid: OTHER, status: 'pinned' })}\n\n`)
          end = () => response.end()
        }
      }
      if (!asked.includes(`cids=${OTHER}`)) return { stream: [item('pinned')] }
      setImmediate(() => end())
      return { stream: [item('pinned', OTHER)] }
    })
    const { status, stdout, stderr } = await run(['--host', peer.host, 'status', '--watch'])
    expect(stdout).toBe(`${CID}:\n${line('PINNED')}${OTHER}:\n${line('PINNED')}`)
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'error : the peer has ended the stream of events\n' })
  })

  it('of a peer that tells nothing needs CIDs', async () => {
    await using peer = await cannedPeer((asked) => {
      return asked.startsWith('GET /events') ? { document: { code: 404, message: 'no' }, status: 404 } : { stream: [] }
    })
    const { status, stderr } = await run(['--host', peer.host, 'status', '--watch'])
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error : this peer does not tell of changes: name the CIDs to watch\n'
    })
  })
})
