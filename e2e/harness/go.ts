import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '@jest/globals'
import { canIsolate } from './namespace.ts'

/** Folder with the programs of the Go release, if there is one to test with. */
export const GO_BINS: string | undefined = process.env.IPFS_CLUSTER_GO_BINS

const missing = ['ipfs-cluster-service', 'ipfs-cluster-ctl'].filter((name) => !existsSync(join(GO_BINS ?? '', name)))

/** Why there can be no Go peers in this run. */
const obstacle: string | undefined =
  GO_BINS === undefined
    ? 'IPFS_CLUSTER_GO_BINS is not set'
    : missing.length > 0
      ? `IPFS_CLUSTER_GO_BINS holds no ${missing.join(' and no ')}`
      : !canIsolate
        ? 'Go peers look for gateways in the network, so they need a namespace of their own, which takes root'
        : undefined

/** `describe` for what needs Go peers: skipped, and says why, where there are none. */
export function describeWithGo(name: string, body: (goBins: string) => void): void {
  if (obstacle === undefined) describe(name, () => body(GO_BINS ?? ''))
  else describe.skip(`${name} (${obstacle})`, () => body(''))
}
