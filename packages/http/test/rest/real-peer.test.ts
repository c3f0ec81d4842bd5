import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPeer } from '@ipfs-cluster/core/cluster'
import type { Peer } from '@ipfs-cluster/core/cluster'
import { exportState } from '@ipfs-cluster/core/state'
import { nullLogger } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { restApi } from '../../src/index.ts'
import type { RestApi } from '../../src/index.ts'
import { PEER } from '../fake-cluster.ts'
import { open, send, targetOf } from '../raw-client.ts'
import type { RawAnswer, RawRequest } from '../raw-client.ts'
import { until } from '../serve.ts'
import { DescribedApi } from './described-api.ts'

const OTHER = '12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'
const COUNT = 500

let folder: string
let ipfs: Server
let peer: Peer
let api: RestApi

/** A whole peer; its IPFS node says nothing but that it is broken. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipfs-cluster-rest-'))
  ipfs = createServer((_, response) => response.writeHead(500).end('{"Message":"broken","Code":0}'))
  await new Promise<void>((resolve) => ipfs.listen(0, '127.0.0.1', resolve))
  const { port } = ipfs.address() as AddressInfo
  peer = createPeer({
    ...{ peerId: PEER, cluster: { peername: 'peer0' }, datastore: { location: join(folder, 'leveldb') } },
    ...{ ipfsHttp: { nodeMultiaddress: `/ip4/127.0.0.1/tcp/${port}` }, logger: nullLogger }
  })
  await peer.start()
  api = restApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'] })({ cluster: peer.cluster, logger: nullLogger })
  await api.start()
})

afterAll(async () => {
  await api.stop()
  await peer.stop()
  ipfs.closeAllConnections()
  ipfs.close()
  await rm(folder, { recursive: true, force: true })
})

function ask(request: RawRequest): Promise<RawAnswer> {
  return send(targetOf(api.addresses[0]!), request)
}

async function json(path: string, method: string = 'GET'): Promise<unknown> {
  const answer = await ask({ path, method })
  expect([path, answer.status]).toEqual([path, 200])
  return JSON.parse(answer.body)
}

function cidOf(number: number): string {
  return CID.createV1(0x55, create(0x12, createHash('sha256').update(String(number)).digest())).toString()
}

function lines({ body }: RawAnswer): { cid: string; name: string }[] {
  return body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { cid: string; name: string })
}

describe('over a whole peer', () => {
  it('a batch is pinned and told of, listed in pages, and exported', async () => {
    const listener = open(targetOf(api.addresses[0]!))
    let heard = ''
    listener.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    listener.write('GET /events?types=pin:put HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(() => heard.includes('retry: '))

    const body = Array.from({ length: COUNT }, (_, i) => `{"cid":"${cidOf(i)}","name":"pin ${i}"}`).join('\n')
    const results = await ask({ method: 'POST', path: '/pins/batch', body })
    expect(results.body.split('"pin":')).toHaveLength(COUNT + 1)
    expect(await peer.cluster.state.count()).toBe(COUNT)
    await until(() => heard.split('event: pin:put').length === COUNT + 1)
    listener.destroy()

    const seen: string[] = []
    let cursor = ''
    do {
      const page = await ask({ path: `/allocations?limit=99&cursor=${cursor}` })
      seen.push(...lines(page).map(({ cid }) => cid))
      cursor = page.headers.find(([name]) => name === 'X-Next-Cursor')?.[1] ?? ''
    } while (cursor !== '')
    expect(seen).toHaveLength(COUNT)
    expect(new Set(seen).size).toBe(COUNT)
    const states = await ask({ path: '/pins?limit=5&name=pin+7' })
    expect(lines(states)).toMatchObject([{ cid: cidOf(7), name: 'pin 7' }])

    let file = ''
    for await (const text of exportState(peer.cluster.state)) file += text
    expect((await ask({ path: '/state/export' })).body).toBe(file)
  })

  it('an explanation, marks, plans and progress can be had', async () => {
    expect(await json(`/pins/${cidOf(1)}?explain=true`)).toMatchObject({
      peer_map: { [PEER]: { detail: { reason: expect.stringMatching(/./) } } }
    })
    expect(await json(`/peers/${OTHER}/maintenance?for=1h`, 'POST')).toMatchObject({ peer: OTHER, kind: 'maintenance' })
    expect(await json('/peers/marks')).toMatchObject([{ peer: OTHER }])
    expect(await json(`/peers/${OTHER}/drain`, 'POST')).toMatchObject({ peer: OTHER, kind: 'drain' })
    expect(await json(`/peers/${OTHER}/drain`)).toEqual({ peer: OTHER, left: 0, moving: 0, everywhere: COUNT })
    expect((await ask({ method: 'DELETE', path: `/peers/${OTHER}/mark` })).status).toBe(204)
    expect(await json('/peers/marks')).toEqual([])
    expect(await json('/repair')).toMatchObject({ gone: [], failed: 0 })
    expect(await json('/rebalance')).toMatchObject({ state: 'idle' })
    expect(await json('/sync')).toMatchObject({ state: 'complete' })
    expect(await json('/pins/counts')).toMatchObject({ peer: PEER, compared_at: expect.any(String) })
    expect(await json('/openapi.json')).toMatchObject({ openapi: '3.1.0' })
  })

  it('whatever is asked, the answer is as is described', async () => {
    const described = await DescribedApi.read(ask)
    for (const operation of described.operations) {
      // What has no end is for other tests. Its IPFS node fails, and so may what needs that.
      if (operation.operationId !== 'events') await described.tryOut(operation, { runs: 6, mayFail: true })
    }
    expect((await ask({ path: '/version' })).status).toBe(200)
  }, 120_000)
})
