import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { defaultAddParams, defaultPinOptions, parseCid } from '@ipfs-cluster/api'
import { ipfsNode } from '@ipfs-cluster/ipfs-node'
import type { IpfsNode } from '@ipfs-cluster/ipfs-node'
import type { CID } from 'multiformats/cid'
import type { AddEntry, Peer } from '../../src/cluster/index.ts'
import { createPeer } from '../../src/cluster/index.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../helpers/until.ts'
import { collect, PEER } from '../pintracker/fakes.ts'

const ABSENT = parseCid('QmP63DkAFEnDYNjDYBpyNDfttu1fvUw99x1brscPzpqmmq')

let folder: string
let node: IpfsNode | undefined
let api: string
let peer: Peer

async function startNode(): Promise<void> {
  node = await ipfsNode({ repo: join(folder, 'ipfs'), profile: 'offline', api, gateway: '' })
  // The node comes back where the peer looks for it.
  api = node.apiMultiaddr
}

async function stopNode(): Promise<void> {
  await node?.stop()
  node = undefined
}

async function startPeer(): Promise<void> {
  peer = createPeer({
    peerId: PEER,
    cluster: { peername: 'peer0' },
    datastore: { location: join(folder, 'leveldb') },
    ipfsHttp: { nodeMultiaddress: api, connectSwarmsDelay: 0, pinTimeout: 500 },
    informers: { disk: {}, tags: { tags: { group: 'default' } }, pinqueue: {} }
  })
  await peer.start()
}

beforeEach(async () => {
  folder = await temporaryFolder()
  api = '/ip4/127.0.0.1/tcp/0'
  await startNode()
  await startPeer()
  await peer.cluster.ready()
})

afterEach(async () => {
  await peer.stop()
  await stopNode()
  await removeFolder(folder)
})

async function statusBecomes(cid: CID, status: string): Promise<void> {
  let last = ''
  await until(`${cid.toString()} is ${status}`, async () => {
    const { peerMap } = await peer.cluster.status(cid)
    last = peerMap[PEER]?.status ?? ''
    return last === status
  }).catch((err: unknown) => {
    throw new Error(`it is ${last}`, { cause: err })
  })
}

async function* file(text: string): AsyncIterable<AddEntry> {
  const bytes = new TextEncoder().encode(text)
  yield {
    path: 'hello.txt',
    kind: 'file',
    content: (async function* () {
      yield bytes
    })()
  }
}

/** Blocks without a pin, so that there is something to pin. */
async function addBlocks(text: string): Promise<CID> {
  const [output] = await collect(peer.cluster.add(file(text), { ...defaultAddParams(), noPin: true }))
  return output!.cid!
}

it('pins, shows it, keeps it over a restart, and unpins', async () => {
  const cid = await addBlocks('hello\n')
  const direct = await addBlocks('direct\n')
  await peer.cluster.pin(cid, { ...defaultPinOptions(), name: 'hello' })
  await peer.cluster.pin(direct, { ...defaultPinOptions(), mode: 'direct' })
  await statusBecomes(cid, 'pinned')
  await statusBecomes(direct, 'pinned')
  expect((await collect(peer.cluster.statusAll(0))).map(({ peerMap }) => peerMap[PEER]?.status)).toEqual([
    'pinned',
    'pinned'
  ])
  expect(await collect(peer.cluster.recoverAll())).toEqual([])
  expect(await peer.cluster.id()).toMatchObject({ ipfs: { id: node?.peerId, error: '' } })

  await peer.stop()
  await startPeer()
  await peer.cluster.ready()
  expect(await peer.cluster.pinGet(cid)).toMatchObject({ name: 'hello' })
  await statusBecomes(cid, 'pinned')

  await peer.cluster.unpin(cid)
  await until('the node has it no more', async () => (await peer.cluster.statusLocal(cid)).status === 'unpinned')
  expect((await collect(peer.cluster.pins())).map(({ cid: left }) => left.toString())).toEqual([direct.toString()])
  // A garbage collection knows hashes only, not as what they were pinned.
  const { keys } = await peer.cluster.repoGcLocal()
  expect(keys.map(({ key, error }) => [key?.multihash, error])).toEqual([[cid.multihash, '']])
})

it('adds and pins, and pins by path', async () => {
  const [output] = await collect(peer.cluster.add(file('hello\n'), defaultAddParams()))
  const cid = output!.cid!
  expect(cid.toString()).toBe('QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN')
  await statusBecomes(cid, 'pinned')
  expect((await peer.cluster.unpinPath(`/ipfs/${cid.toString()}`)).cid.toString()).toBe(cid.toString())
  await expect(peer.cluster.pinPath('/ipfs/xyz', defaultPinOptions())).rejects.toThrow(
    'error parsing path: invalid path "/ipfs/xyz": invalid cid: selected encoding not supported'
  )
})

it('says what keeps it from pinning, and takes it up by itself when the reason is gone', async () => {
  await peer.cluster.pin(ABSENT, defaultPinOptions())
  await statusBecomes(ABSENT, 'pin_error')
  expect((await peer.cluster.statusLocal(ABSENT)).error).toContain('block was not found locally')
  await peer.cluster.unpin(ABSENT)

  const cid = await addBlocks('hello\n')
  await peer.cluster.pin(cid, defaultPinOptions())
  await statusBecomes(cid, 'pinned')
  await stopNode()
  const down = await peer.cluster.statusLocal(cid)
  expect(down).toMatchObject({ status: 'cluster_error' })
  expect(down.error).toMatch(/^Post "http:\/\/127\.0\.0\.1:\d+\/api\/v0\/pin\/ls\?.*connect: connection refused$/)
  await expect(collect(peer.cluster.statusAllLocal(0))).rejects.toThrow(/^could not get pinset from IPFS: Post /)
  expect((await collect(peer.cluster.statusAll(0))).map(({ peerMap }) => peerMap[PEER]?.status)).toEqual([
    'cluster_error'
  ])

  await peer.cluster.unpin(cid)
  await statusBecomes(cid, 'unpin_error')
  await peer.cluster.pin(cid, defaultPinOptions())
  await statusBecomes(cid, 'pin_error')
  await startNode()
  await statusBecomes(cid, 'pinned')
})

it('waits for a node that comes later', async () => {
  await peer.stop()
  await stopNode()
  await startPeer()
  await expect(peer.cluster.ready({ signal: AbortSignal.timeout(50) })).rejects.toThrow()
  await startNode()
  await peer.cluster.ready()
})
