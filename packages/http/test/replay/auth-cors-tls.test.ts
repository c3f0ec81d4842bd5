import { afterAll, describe, expect, it } from '@jest/globals'
import { ClusterError } from '@ipfs-cluster/api'
import { nullLogger } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { restApi } from '../../src/index.ts'
import type { RestApi } from '../../src/index.ts'
import { FakeCluster, PEER } from '../fake-cluster.ts'
import { targetOf } from '../raw-client.ts'
import { initOf } from './config.ts'
import { HTTP_DIFFERENCES } from './differences.ts'
import { replayCase } from './replay.ts'
import type { Case } from './vectors.ts'
import { loadTranscript } from './vectors.ts'

/** What the recorded peer answered to an add: it had no IPFS node to put blocks to. */
const ADDED = { cid: CID.parse('QmTwEE2eSyzcvUctxP2negypGDtj7DQDKVy8s3Rvp6y6Pc'), size: 9 }

const [recordedPeer] = loadTranscript('auth-cors-tls').vars.peers
const { cases } = loadTranscript('auth-cors-tls', { [recordedPeer!.id]: PEER })
const running = new Map<string, RestApi>()

async function apiFor(config: Case['config']): Promise<RestApi> {
  const key = JSON.stringify(config ?? {})
  const known = running.get(key)
  if (known !== undefined) return known
  const api = restApi(initOf(config))({ cluster: clusterLikeRecorded(), logger: nullLogger })
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
  for (const recorded of cases.filter(({ api }) => api === 'rest')) {
    it(recorded.name, async () => {
      const api = await apiFor(recorded.config)
      const { differences } = await replayCase(targetOf(api.addresses[0]!), recorded, HTTP_DIFFERENCES)
      expect(differences).toEqual([])
    })
  }
})
