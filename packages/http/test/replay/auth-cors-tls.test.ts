import { afterAll, describe, expect, it } from '@jest/globals'
import { ClusterError } from '@ipfs-cluster/api'
import { nullLogger } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { pinsvcApi, restApi } from '../../src/index.ts'
import type { PinsvcApi, RestApi } from '../../src/index.ts'
import { FakeCluster, PEER } from '../fake-cluster.ts'
import { targetOf } from '../raw-client.ts'
import { initOf } from './config.ts'
import { HTTP_DIFFERENCES } from './differences.ts'
import { PINSVC_DIFFERENCES } from './pinsvc-differences.ts'
import { replayCase } from './replay.ts'
import type { Case } from './vectors.ts'
import { loadTranscript } from './vectors.ts'

/** What the recorded peer answered to an add: it had no IPFS node to put blocks to. */
const ADDED = { cid: CID.parse('QmTwEE2eSyzcvUctxP2negypGDtj7DQDKVy8s3Rvp6y6Pc'), size: 9 }

const [recordedPeer] = loadTranscript('auth-cors-tls').vars.peers
const { cases } = loadTranscript('auth-cors-tls', { [recordedPeer!.id]: PEER })
const running = new Map<string, RestApi | PinsvcApi>()

async function apiFor({ api: kind, config }: Case): Promise<RestApi | PinsvcApi> {
  const key = JSON.stringify([kind, config ?? {}])
  const known = running.get(key)
  if (known !== undefined) return known
  const components = { cluster: clusterLikeRecorded(), logger: nullLogger }
  const api = kind === 'rest' ? restApi(initOf(config))(components) : pinsvcApi(initOf(config, 'pinsvcapi'))(components)
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
  for (const recorded of cases.filter(({ api }) => api !== 'proxy')) {
    it(recorded.name, async () => {
      const api = await apiFor(recorded)
      const meant = recorded.api === 'rest' ? HTTP_DIFFERENCES : PINSVC_DIFFERENCES
      const { differences } = await replayCase(targetOf(api.addresses[0]!), recorded, meant)
      expect(differences).toEqual([])
    })
  }
})
