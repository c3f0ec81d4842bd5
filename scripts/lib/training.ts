import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { cidTexts } from '../../bench/lib/cids.ts'
import { readLines, sendAll } from '../../bench/lib/load.ts'
import { TestCluster } from '../../e2e/harness/cluster.ts'
import type { Peer } from '../../e2e/harness/peer.ts'
import { until } from '../../e2e/harness/until.ts'
import { root } from './project.ts'

const PROGRAM = join(root, 'packages/service/dist/bundle/ipfs-cluster-service.cjs')
const BIN = join(root, 'packages/service/bin')

/** Has the launcher of the program keep what is compiled (packages/daemon/src/launch.ts). */
const TRAINING = { IPFS_CLUSTER_TRAINING: '1' }

const PINS = 300
const CLIENTS = 16
const LISTS = [
  '/id',
  '/peers',
  '/version',
  '/health/graph',
  '/allocations',
  '/pins',
  '/pins?local=true',
  '/monitor/metrics'
]

/**
 * Has a peer do what peers do, and keeps what V8 compiled meanwhile beside the program, so that no start compiles it
 * again. Does nothing when that was done for this build. The program runs without it too, and only starts more slowly.
 */
export async function trainPrograms(say: (text: string) => void): Promise<void> {
  if (!existsSync(PROGRAM)) return
  const { current, old } = keptCode()
  for (const path of old) rmSync(path)
  if (current.length > 0) return
  say('Running ipfs-cluster-service once, so that its compiled code is at hand')
  await using cluster = new TestCluster()
  const trainee = await cluster.add(BIN, { env: TRAINING })
  await cluster.add(BIN)
  await cluster.settled()
  await work(trainee, cluster.peers)
  for (const peer of cluster.peers) await peer.stop()
  if (keptCode().current.length === 0) throw new Error('ipfs-cluster-service has left no compiled code')
}

/** Compiled code of the program as it is, and of those that were built before. */
function keptCode(): { current: string[]; old: string[] } {
  const folder = dirname(PROGRAM)
  const prefix = `${basename(PROGRAM)}.${crc32(readFileSync(PROGRAM)).toString(16).padStart(8, '0')}-`
  const all = readdirSync(folder).filter((name) => name.endsWith('.code'))
  const paths = Map.groupBy(all, (name) => name.startsWith(prefix))
  const inFolder = (names: readonly string[] = []): string[] => names.map((name) => join(folder, name))
  return { current: inFolder(paths.get(true)), old: inFolder(paths.get(false)) }
}

/** Pins, lists and unpins, until all peers are done with it. */
async function work(peer: Peer, all: readonly Peer[]): Promise<void> {
  const paths = Array.from(cidTexts('training', PINS), (cid) => `/pins/${cid}`)
  await sendAll(peer.restPort, 'POST', paths, CLIENTS)
  for (const { restPort } of all) {
    await until(async () => (await readLines(restPort, '/pins?local=true&filter=pinned')).lines === PINS)
  }
  for (const path of [...LISTS, ...paths.slice(0, CLIENTS)]) await readLines(peer.restPort, path)
  await sendAll(peer.restPort, 'DELETE', paths, CLIENTS)
}
