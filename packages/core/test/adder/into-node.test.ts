import { emptyPin, parseCid } from '@ipfs-cluster/api'
import { ipfsSink } from '@ipfs-cluster/core/adder'
import { adder } from '@ipfs-cluster/core/adder'
import { defaultAddParams } from '@ipfs-cluster/api'
import { ipfsHttp } from '@ipfs-cluster/core/ipfs'
import { ipfsNode } from '@ipfs-cluster/ipfs-node'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { file, NO_SHARDS, noise, PEER, toAsync } from './support.ts'
import type { IpfsConnector } from '@ipfs-cluster/core/ipfs'
import type { IpfsNode } from '@ipfs-cluster/ipfs-node'

let repo: string
let node: IpfsNode
let ipfs: IpfsConnector

beforeAll(async () => {
  repo = await temporaryFolder()
  node = await ipfsNode({ repo, profile: 'offline', api: '/ip4/127.0.0.1/tcp/0', gateway: '' })
  ipfs = ipfsHttp({ nodeMultiaddress: node.apiMultiaddr })({})
})

afterAll(async () => {
  await ipfs.stop?.()
  await node.stop()
  await removeFolder(repo)
})

it('what is added is whole in the node: it can be pinned, and paths in it resolve', async () => {
  const component = adder()({
    openSink: async () => ipfsSink({ allocations: [PEER] })({ ipfs }),
    pin: async (root) => ipfs.pin(emptyPin(root), { signal: AbortSignal.timeout(10_000) }),
    shards: NO_SHARDS
  })
  const entries = [file('d/large', noise(3_000_000)), file('d/sub/small', 'text'), file('d/empty', '')]
  const outputs = await Array.fromAsync(component.add(toAsync(entries), defaultAddParams()))
  const cids = new Map(outputs.map(({ name, cid }) => [name, cid!]))
  expect(await ipfs.pinStatus(emptyPin(cids.get('d')!))).toBe('recursive')
  for (const name of ['large', 'sub', 'sub/small']) {
    const resolved = await ipfs.resolve(`/ipfs/${cids.get('d')!.toString()}/${name}`)
    expect(resolved.toString()).toBe(cids.get(`d/${name}`)!.toString())
  }
  // The CID of the empty file, known to everybody.
  expect(cids.get('d/empty')).toEqual(parseCid('QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH'))
})

it('what the node does not take is not pinned', async () => {
  const pinned: unknown[] = []
  const gone = ipfsHttp({ nodeMultiaddress: '/unix/nowhere/api' })({})
  const component = adder()({
    openSink: async () => ipfsSink({ allocations: [PEER] })({ ipfs: gone }),
    pin: async (root) => pinned.push(root),
    shards: NO_SHARDS
  })
  const outputs = component.add(toAsync([file('f', noise(5_000_000))]), defaultAddParams())
  await expect(Array.fromAsync(outputs)).rejects.toMatchObject({ code: 'ERR_BLOCK_PUT' })
  expect(pinned).toEqual([])
  await gone.stop?.()
})
