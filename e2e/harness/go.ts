import { describe } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { canIsolate } from './namespace.ts'

/** Folder with the programs of the Go release, if there is one to test with. */
export const GO_BINS: string | undefined = process.env.IPFS_CLUSTER_GO_BINS

/** The Kubo to test with, if there is one. */
const KUBO_BIN: string | undefined = process.env.IPFS_KUBO_BIN

const GO_PROGRAMS = ['ipfs-cluster-service', 'ipfs-cluster-ctl', 'ipfs-cluster-follow'].map((name) =>
  join(GO_BINS ?? '', name)
)

/** `describe` for what needs Go peers: skipped, and says why, where there can be none. */
export function describeWithGo(name: string, body: (goBins: string) => void): void {
  describeUnless(obstacle('IPFS_CLUSTER_GO_BINS', GO_BINS, GO_PROGRAMS), name, () => body(GO_BINS ?? ''))
}

/** As {@link describeWithGo}, for what needs a Kubo. */
export function describeWithKubo(name: string, body: (kuboBin: string) => void): void {
  describeUnless(obstacle('IPFS_KUBO_BIN', KUBO_BIN, [KUBO_BIN ?? '']), name, () => body(KUBO_BIN ?? ''))
}

function describeUnless(reason: string | undefined, name: string, body: () => void): void {
  if (reason === undefined) describe(name, body)
  else describe.skip(`${name} (skipped: ${reason})`, body)
}

/** Why programs cannot be run. */
function obstacle(variable: string, value: string | undefined, programs: readonly string[]): string | undefined {
  if (value === undefined) return `${variable} is not set`
  const missing = programs.find((path) => !existsSync(path))
  if (missing !== undefined) return `${variable} leads to ${missing}, which is not there`
  if (!canIsolate) return 'they look for gateways in the network, so they need one of their own, which takes root'
  return undefined
}
