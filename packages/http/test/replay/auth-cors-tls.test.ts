import { afterAll, describe, expect, it } from '@jest/globals'
import { ClusterError } from '@ipfs-cluster/api'
import { nullLogger } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { ipfsProxy, pinsvcApi, restApi } from '../../src/index.ts'
import type { IpfsProxy, PinsvcApi, RestApi } from '../../src/index.ts'
import { FakeCluster, PEER } from '../fake-cluster.ts'
import { targetOf } from '../raw-client.ts'
import { initOf } from './config.ts'
import { HTTP_DIFFERENCES } from './differences.ts'
import { PINSVC_DIFFERENCES } from './pinsvc-differences.ts'
import { PROXY_DIFFERENCES } from './proxy-differences.ts'
import { replayCase } from './replay.ts'
import type { Difference } from './replay.ts'
import type { Case } from './vectors.ts'
import { loadTranscript } from './vectors.ts'

/** What the recorded peer answered to an add: it had no IPFS node to put blocks to. */
const ADDED = { cid: CID.parse('QmTwEE2eSyzcvUctxP2negypGDtj7DQDKVy8s3Rvp6y6Pc'), size: 9 }

const [recordedPeer] = loadTranscript('auth-cors-tls').vars.peers
const { cases } = loadTranscript('auth-cors-tls', { [recordedPeer!.id]: PEER })
type Components = Parameters<ReturnType<typeof restApi>>[0]
type Api = RestApi | PinsvcApi | IpfsProxy

const running = new Map<string, Api>()

const API: Readonly<Record<Case['api'], (config: Case['config']) => (components: Components) => Api>> = {
  rest: (config) => restApi(initOf(config)),
  pinsvc: (config) => pinsvcApi(initOf(config, 'pinsvcapi')),
  // Nothing listens at its node.
  proxy: () => ipfsProxy({ listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'], nodeMultiaddress: '/ip4/127.0.0.1/tcp/1' })
}

const MEANT: Readonly<Record<Case['api'], readonly Difference[]>> = {
  rest: HTTP_DIFFERENCES,
  pinsvc: PINSVC_DIFFERENCES,
  proxy: PROXY_DIFFERENCES
}

async function apiFor({ api: kind, config }: Case): Promise<Api> {
  const key = JSON.stringify([kind, config ?? {}])
  const known = running.get(key)
  if (known !== undefined) return known
  const components = { cluster: clusterLikeRecorded(), logger: nullLogger }
  const api = API[kind](config)(components)
  running.set(key, api)
  await api.start()
  return api
}

function clusterLikeRecorded(): FakeCluster {
  const cluster = new FakeCluster()
  cluster.add = async function* (entries) {
    for await (const { path } of entries) yield { name: path, ...ADDED, bytes: 0, allocations: [PEER] }
    throw new ClusterError('ERR_IPFS', 'failed to put block on all destinations')
  }
  return cluster
}

afterAll(async () => {
  for (const api of running.values()) await api.stop()
})

describe('authentication, CORS and TLS, as recorded from the Go release', () => {
  for (const recorded of cases) {
    it(recorded.name, async () => {
      const api = await apiFor(recorded)
      const differences = await replayCase(targetOf(api.addresses[0]!), recorded, MEANT[recorded.api])
      expect(differences).toEqual([])
    })
  }
})
