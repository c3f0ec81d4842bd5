import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import {
  alertFromJSON,
  connectGraphFromJSON,
  globalPinInfoFromJSON,
  globalRepoGcFromJSON,
  idFromJSON,
  metricFromJSON,
  pinFromJSON,
  Time
} from '@ipfs-cluster/api'
import { graphText } from '../../src/output/graph.ts'
import { alertPrinter, metricPrinter, repoGcPrinter } from '../../src/output/health.ts'
import { idPrinter } from '../../src/output/id.ts'
import { pinPrinter } from '../../src/output/pin.ts'
import { statusPrinter } from '../../src/output/status.ts'
import { abstractFrom, readTranscripts } from '../../../cli-kit/test-suites/replay/transcript.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
const [A, B, C] = [
  '12D3KooWA768LzHMatxkjD1f9DrYW375GZJr6MHPCNEdDtHeTNRt',
  '12D3KooWHVXoJnv2ifmr9K6LWwJPXxkfvzZRHzjiTZMvybeTnwPy',
  '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'
] as const
const [I0, I1, I2] = [
  '12D3KooWCRscMgHgEo3ojm8ovzheydpvTEqsDtq7Vby38cMHrYjt',
  '12D3KooWBJdYXoXCy9dZ6M2LUZ2Ljbkvq6ryLeJS9y9wQBtKxhh4',
  '12D3KooWJgq5Uz5rJP5cAVpgvKAxMrFdZRDrxdV3ZnTbQdrxHUbi'
] as const

describe('a peer', () => {
  it('that cannot be asked', () => {
    expect(idPrinter.text(idFromJSON({ id: A, error: 'dial\nfailed' }))).toBe(`${A} | ERROR: dial\nfailed\n`)
  })

  it('without its IPFS node', () => {
    const id = idFromJSON({ id: A, peername: 'a', cluster_peers: [A, B], ipfs: { error: 'refused' } })
    expect(idPrinter.text(id)).toBe(`${A} | a | Sees 1 other peers\n  > Addresses:\n  > IPFS ERROR: refused\n`)
  })
})

describe('a pin', () => {
  const pin = { cid: CID, type: 'pin', timestamp: '2026-11-21T09:36:40.5+02:00' }

  it.each([
    [
      { replication_factor_min: 2, replication_factor_max: 3, allocations: [B, A] },
      `Repl. Factor: 2--3 | Allocations: [${A} ${B}] | Direct`
    ],
    [
      { replication_factor_min: -1, replication_factor_max: -1, max_depth: -1 },
      'Repl. Factor: -1 | Allocations: [everywhere] | Recursive |'
    ],
    [{ type: 'shard-pin', max_depth: 1 }, '| SHARD-PIN | Repl. Factor: 0--0 | Allocations: [] | Recursive-1 |'],
    [{ type: 'clusterdag-pin', mode: 'direct' }, '| CLUSTERDAG-PIN-DIRECT |'],
    [{ type: 'new' }, '| BAD-TYPE |'],
    [{ metadata: { a: 'b' } }, 'Metadata: yes'],
    [{ metadata: {} }, 'Metadata: no'],
    [{ expire_at: '2030-01-02T03:04:05.6-05:00' }, 'Exp: 2030-01-02 03:04:05 | Added: 2026-11-21 09:36:40\n'],
    [{ timestamp: '0001-01-01T00:00:00Z' }, 'Exp: ∞ | Added: unknown\n']
  ])('%j', (members, expected) => {
    expect(pinPrinter.text(pinFromJSON({ ...pin, ...members }))).toContain(expected)
  })
})

describe('a status', () => {
  it('names peers, errors and attempts', () => {
    const entry = {
      status: 'pin_error',
      timestamp: '2026-11-21T09:36:40.5Z',
      error: 'no way',
      attempt_count: 3,
      priority_pin: true
    }
    const info = globalPinInfoFromJSON({
      cid: CID,
      name: 'n',
      peer_map: { [B]: { ...entry, peername: 'zwölf' }, [A]: entry }
    })
    expect(statusPrinter.text(info)).toBe(
      `${CID} | n:\n` +
        `    > ${A} : PIN_ERROR: no way | 2026-11-21T09:36:40.5Z | Attempts: 3 | Priority: true\n` +
        `    > zwölf                : PIN_ERROR: no way | 2026-11-21T09:36:40.5Z | Attempts: 3 | Priority: true\n`
    )
  })
})

describe('metrics and alerts', () => {
  const now = Time.parse('2026-11-21T09:36:40Z')
  const expire = now.toUnixNanoseconds() + 16_500_000_000n
  const metric = { name: 'freespace', peer: A, value: '9997657962', weight: 9997657962, expire }

  it('count from now', () => {
    expect(metricPrinter(now).text(metricFromJSON(metric))).toBe(
      `${A} | freespace: 10 GB | Expires in: 16 seconds from now\n`
    )
    expect(metricPrinter(now).text(metricFromJSON({ ...metric, weight: 0 }))).toContain('freespace: 9997657962 |')
  })

  it('tell when', () => {
    const alert = alertFromJSON({
      ...metric,
      name: 'ping',
      expire: expire - 80_000_000_000n,
      triggered_at: '2026-11-21T09:36:30Z'
    })
    expect(alertPrinter(now).text(alert)).toBe(`${A}: ping. Expired at: 1 minute ago. Triggered at: 10 seconds ago\n`)
  })
})

describe('garbage collection', () => {
  it('lists what was removed, peer by peer', () => {
    const gc = globalRepoGcFromJSON({
      peer_map: {
        [B]: { peer: B, peername: '', keys: [{ key: CID }], error: '' },
        [A]: { peer: A, peername: 'a', keys: [], error: 'no node' }
      }
    })
    expect(repoGcPrinter.text(gc)).toContain('a               | ERROR: no node\n  > CIDs:\n')
  })

  it('shows the failure of a key', () => {
    const gc = globalRepoGcFromJSON({
      peer_map: { [A]: { peer: A, peername: 'a', keys: [{ key: CID }, { error: 'bad' }] } }
    })
    expect(repoGcPrinter.text(gc)).toBe(`a              \n  > CIDs:\n    - ${CID}\n    - ERROR: bad\n`)
  })
})

describe('the graph', () => {
  const graph = {
    cluster_id: A,
    id_to_peername: { [A]: 'peer0', [B]: 'peer2', [C]: 'peer1' },
    ipfs_links: { [I0]: [I1], [I1]: [I0, 'outside'].slice(0, 1), [I2]: [I0] },
    cluster_links: { [A]: [C, B], [B]: [A], [C]: [A] },
    cluster_trust_links: { [A]: true, [B]: true, [C]: true },
    cluster_to_ipfs: { [A]: I0, [B]: I2, [C]: I1 }
  }

  it('is laid out as that of the Go release', () => {
    const expected =
      readTranscripts(join(import.meta.dirname, '..'), 'ctl-crdt3').find(({ name }) => name === 'graph')?.stdout ?? ''
    // The IPFS peers of the transcript are linked in another way: 1-0, 0-1, 0-2, 2-0 by the order of their IDs.
    const links = { [I1]: [I0], [I0]: [I1, I2], [I2]: [I0] }
    const short = (id: string): string => `${id.slice(0, 2)}*${id.slice(-6)}`
    const ids = { $PEER0: A, $PEER2: B, $PEER1: C, $IPFS0: I0, $IPFS1: I1, $IPFS2: I2 }
    const shortIds = Object.fromEntries(Object.entries(ids).map(([key, id]) => [`$SHORT_${key.slice(1)}`, short(id)]))
    const text = graphText(connectGraphFromJSON({ ...graph, ipfs_links: links }), { allIpfsPeers: false })
    expect(abstractFrom(text, { ...ids, ...shortIds })).toBe(expected)
  })

  it('shows an IPFS node that does not answer', () => {
    const { [C]: _, ...clusterToIpfs } = graph.cluster_to_ipfs
    const text = graphText(connectGraphFromJSON({ ...graph, cluster_to_ipfs: clusterToIpfs }), { allIpfsPeers: false })
    expect(text).toContain(`I3 [label=< <B> IPFS </B> <BR/> <B> Errored </B> > group="${C}" color="firebrick1"`)
    expect(text).toContain('T2 -> I3 [ style="dotted" ]\n')
  })

  it('leaves out strangers, or shows them', () => {
    const strange = connectGraphFromJSON({ ...graph, ipfs_links: { [I0]: [I1] }, cluster_trust_links: {} })
    expect(graphText(strange, { allIpfsPeers: false })).not.toContain(I1)
    expect(graphText(strange, { allIpfsPeers: true })).toContain(`group="${I1}"`)
    expect(graphText(strange, { allIpfsPeers: false })).toContain('C1 [label=< <B> peer2 </B>')
    expect(graphText(strange, { allIpfsPeers: false })).toContain('color="darkorange3"')
  })
})
