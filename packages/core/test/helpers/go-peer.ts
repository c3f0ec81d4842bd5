import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FreePorts } from '../../../daemon/src/free-ports.ts'
import { removeFolder, temporaryFolder } from './temp-folder.ts'
import { until } from './until.ts'

/** Folder with `ipfs-cluster-service` v1.1.6 of the Go release; undefined: there is nothing to try with it. */
export const GO_BINS: string | undefined = process.env['IPFS_CLUSTER_GO_BINS']

/** A running peer of the Go release. Its IPFS node is not there. */
export interface GoPeer {
  readonly id: string
  /** Where other peers connect. */
  readonly address: string
  /** Where its REST API is. */
  readonly rest: string
  stop(): Promise<void>
}

/** Starts a peer of the Go release, on this machine only, and waits until its REST API answers. */
export async function startGoPeer(secret: Uint8Array, args: readonly string[] = []): Promise<GoPeer> {
  const folder = await temporaryFolder()
  const [swarm, api, pinning, proxy, ipfs] = await freePorts(5)
  const env = {
    ...process.env,
    IPFS_CLUSTER_PATH: folder,
    CLUSTER_SECRET: Buffer.from(secret).toString('hex'),
    CLUSTER_LISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${swarm}`,
    CLUSTER_MDNSINTERVAL: '0s',
    CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${api}`,
    CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${pinning}`,
    CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: `/ip4/127.0.0.1/tcp/${proxy}`,
    CLUSTER_IPFSPROXY_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${ipfs}`,
    CLUSTER_IPFSHTTP_NODEMULTIADDRESS: `/ip4/127.0.0.1/tcp/${ipfs}`
  }
  const program = join(GO_BINS ?? '', 'ipfs-cluster-service')
  spawnSync(program, ['init'], { env })
  const child = spawn(program, ['daemon', ...args], { env, stdio: 'ignore' })
  const { id } = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as { id: string }
  const rest = `http://127.0.0.1:${api}`
  await until('the Go peer answers', () =>
    fetch(`${rest}/version`).then(
      ({ ok }) => ok,
      () => false
    )
  )
  return { id, address: `/ip4/127.0.0.1/tcp/${swarm}/p2p/${id}`, rest, stop: () => kill(child, folder) }
}

async function kill(child: ChildProcess, folder: string): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
  await removeFolder(folder)
}

async function freePorts(count: number): Promise<number[]> {
  await using ports = new FreePorts()
  return await Promise.all(Array.from({ length: count }, () => ports.tcp()))
}
